// A Redis server for tests: a thread of its own, the few commands that the stores use, several links to it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "registrar/redis/link.h"
#include "registrar/redis/scripts.h"

namespace flowgate::redis {

inline Reply text_reply(std::string text) {
  return {Reply::Kind::text, 0, std::move(text), {}};
}
inline Reply number_reply(std::int64_t number) {
  return {Reply::Kind::integer, number, {}, {}};
}
inline Reply array_reply(std::vector<Reply> items) {
  return {Reply::Kind::array, 0, {}, std::move(items)};
}
inline Reply error_reply(std::string text) {
  return {Reply::Kind::error, 0, std::move(text), {}};
}

class FakeRedis {
 public:
  class FakeLink;

  FakeRedis() : thread_([this] { run(); }) {}
  ~FakeRedis() {
    post([this] { stopping_ = true; });
    thread_.join();
  }
  FakeRedis(const FakeRedis&) = delete;
  FakeRedis& operator=(const FakeRedis&) = delete;

  // On the server's thread, in order.
  void post(std::function<void()> task) {
    const std::lock_guard lock{mutex_};
    tasks_.push_back(std::move(task));
    wakes_.notify_all();
  }
  // Until nothing is left to do.
  void settle() {
    std::unique_lock lock{mutex_};
    rests_.wait(lock, [this] { return tasks_.empty() && !busy_; });
  }
  // Waits for it.
  void run_there(std::function<void()> task) {
    post(std::move(task));
    settle();
  }

  // Of the server's thread, or while it rests.
  std::map<std::string, std::string> values;
  std::map<std::string, std::map<std::string, std::string>> hashes;
  std::int64_t time_s = 1'700'000'000;
  bool knows_scripts = false;  // SCRIPT LOAD has no effect while false is all that EVALSHA finds
  bool forgets_scripts = false;
  std::vector<std::string> log;  // the names of the commands

  Reply carry_out(const Command& command);
  void publish(const std::string& channel, const std::string& message);

 private:
  friend class FakeLink;

  void run() {
    std::unique_lock lock{mutex_};
    while (!stopping_) {
      wakes_.wait(lock, [this] { return !tasks_.empty(); });
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      busy_ = true;
      lock.unlock();
      task();
      lock.lock();
      busy_ = false;
      if (tasks_.empty()) rests_.notify_all();
    }
  }
  Reply update_record(const std::vector<std::string>& keys, const std::vector<std::string>& arguments);
  Reply update_user(const std::vector<std::string>& keys, const std::vector<std::string>& arguments);
  Reply run_script(const Command& command);

  std::mutex mutex_;
  std::condition_variable wakes_, rests_;
  std::deque<std::function<void()>> tasks_;
  bool busy_ = false, stopping_ = false;
  std::vector<FakeLink*> links_;
  std::thread thread_;
};

class FakeRedis::FakeLink final : public Link {
 public:
  explicit FakeLink(FakeRedis& server) : server_(server) {
    server.run_there([&] { server.links_.push_back(this); });
  }
  ~FakeLink() override {
    server_.run_there([&] { std::erase(server_.links_, this); });
  }

  void call(Command command, Done done) override {
    server_.post([this, command = std::move(command), done = std::move(done)] {
      if (!open) return done(make_error_code(Error::away));
      if (fails) return done(make_error_code(Error::lost));
      const Reply reply = server_.carry_out(command);
      if (before_reply) std::exchange(before_reply, nullptr)();
      done(reply);
    });
  }
  void call_durably(Command command, Done done) override {
    if (!not_replicated) return call(std::move(command), std::move(done));
    call(std::move(command),
         [done = std::move(done)](const auto&) { done(make_error_code(Error::not_replicated)); });
  }
  void connect(LinkUser& user) {
    server_.run_there([&] {
      user_ = &user;
      open = true;
      user.connected();
    });
    server_.settle();
  }
  void lose() {
    server_.run_there([&] {
      open = false;
      user_->lost();
    });
  }
  void hear(const std::string& channel, const std::string& message) {
    if (open && user_ != nullptr) user_->published(channel, message);
  }

  // Of the server's thread, or while it rests.
  bool open = false, fails = false, not_replicated = false;
  // Once, between a command and its reply.
  std::function<void()> before_reply;

 private:
  FakeRedis& server_;
  LinkUser* user_ = nullptr;
};

inline void FakeRedis::publish(const std::string& channel, const std::string& message) {
  for (FakeLink* link : links_) link->hear(channel, message);
}

inline Reply FakeRedis::update_record(const std::vector<std::string>& keys,
                                      const std::vector<std::string>& arguments) {
  const auto found = values.find(keys[0]);
  const std::string current = found == values.end() ? "" : found->second;
  const std::string version = current.empty() ? "0" : current.substr(0, current.find(' '));
  if (version != arguments[0]) return array_reply({number_reply(0), text_reply(current)});
  if (current.empty() && arguments[1].empty()) return array_reply({number_reply(1), text_reply("0")});
  std::string& counter = values[keys[1]];
  counter = std::to_string(counter.empty() ? 1 : std::stoull(counter) + 1);
  const std::string following = counter;
  if (arguments[1].empty()) {
    values.erase(keys[0]);
  } else {
    values[keys[0]] = following + " " + arguments[1];
  }
  publish(arguments[3], following + arguments[4] + arguments[1]);
  return array_reply({number_reply(1), text_reply(following)});
}

inline Reply FakeRedis::update_user(const std::vector<std::string>& keys,
                                    const std::vector<std::string>& arguments) {
  auto& users = hashes[keys[0]];
  const bool known = users.contains(arguments[0]);
  if (arguments[1].empty() && !known) return number_reply(0);
  if (arguments[1].empty()) {
    users.erase(arguments[0]);
  } else {
    users[arguments[0]] = arguments[1];
  }
  std::string& counter = values[keys[1]];
  counter = std::to_string(counter.empty() ? 1 : std::stoull(counter) + 1);
  return number_reply(known ? 1 : 0);
}

inline Reply FakeRedis::run_script(const Command& command) {
  const auto count = static_cast<std::ptrdiff_t>(std::stoul(command[2]));
  const std::vector<std::string> keys(command.begin() + 3, command.begin() + 3 + count);
  const std::vector<std::string> arguments(command.begin() + 3 + count, command.end());
  for (const bool whole : {false, true}) {
    const auto is = [&](const Script& script) { return command[1] == (whole ? script.text : script.sha1); };
    if (is(redis::update_record())) return update_record(keys, arguments);
    if (is(redis::update_user())) return update_user(keys, arguments);
  }
  return error_reply("ERR no such script in this fake");
}

inline Reply FakeRedis::carry_out(const Command& command) {
  const std::string& name = command[0];
  log.push_back(name);
  if (name == "TIME") return array_reply({text_reply(std::to_string(time_s)), text_reply("500000")});
  if (name == "SCRIPT") {
    knows_scripts = !forgets_scripts;
    return text_reply(Script(command[2]).sha1);
  }
  if (name == "EVALSHA" && !knows_scripts) return error_reply("NOSCRIPT No matching script.");
  if (name == "EVALSHA" || name == "EVAL") return run_script(command);
  if (name == "GET") {
    const auto found = values.find(command[1]);
    return found == values.end() ? Reply{} : text_reply(found->second);
  }
  if (name == "HGET") {
    const auto& hash = hashes[command[1]];
    const auto found = hash.find(command[2]);
    return found == hash.end() ? Reply{} : text_reply(found->second);
  }
  std::vector<Reply> items;
  if (name == "HSCAN") {
    for (const auto& [field, value] : hashes[command[1]]) {
      items.push_back(text_reply(field));
      items.push_back(text_reply(value));
    }
    return array_reply({text_reply("0"), array_reply(std::move(items))});
  }
  if (name == "MGET") {
    for (std::size_t i = 1; i < command.size(); ++i) {
      const auto found = values.find(command[i]);
      items.push_back(found == values.end() ? Reply{} : text_reply(found->second));
    }
    return array_reply(std::move(items));
  }
  if (name == "SCAN") {
    // Three keys at a time; the cursor is where to go on.
    const std::string prefix = command[3].substr(0, command[3].size() - 1);
    const std::size_t first = std::stoul(command[1]);
    std::size_t index = 0;
    for (const auto& [key, value] : values) {
      if (index >= first && index < first + 3 && key.starts_with(prefix)) items.push_back(text_reply(key));
      ++index;
    }
    const std::string next = first + 3 < values.size() ? std::to_string(first + 3) : "0";
    return array_reply({text_reply(next), array_reply(std::move(items))});
  }
  return error_reply("ERR unknown command '" + name + "'");
}

}  // namespace flowgate::redis
