#include "transport/dns/next_hop_resolver.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "transport/socket.h"

namespace flowgate::dns {
namespace {

Instant now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

// One URI's lookup. Owned by those who wait for the answers to its questions: when they are gone, so is it.
class NextHopResolver::Resolution : public std::enable_shared_from_this<Resolution> {
 public:
  Resolution(NextHopResolver& owner, const sip::Uri& uri, Resolved done)
      : owner_(owner),
        lookup_(uri, owner.client_, owner.options_.limits),
        done_(std::move(done)),
        timer_(owner.context_) {}

  void start() {
    proceed();
    if (done_ && !hurried_) finish_after(owner_.options_.deadline);
  }

 private:
  // Answers from the cache come while the question is being asked.
  void proceed() {
    if (!done_ || std::exchange(proceeding_, true)) return;
    while (const auto question = lookup_.next_question()) {
      owner_.ask(*question, [self = shared_from_this(), question = *question](AnswerPtr answer) {
        self->lookup_.answer(question, std::move(answer));
        self->proceed();
      });
    }
    proceeding_ = false;
    if (lookup_.done()) return finish();
    if (lookup_.has_address() && !std::exchange(hurried_, true)) finish_after(owner_.options_.patience);
  }

  void finish_after(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->lookup_.give_up();
      self->finish();
    });
  }

  void finish() {
    if (!done_) return;
    timer_.cancel();
    std::vector<NextHop> next_hops = lookup_.next_hops();
    owner_.order(next_hops);
    std::exchange(done_, nullptr)(std::move(next_hops));
  }

  NextHopResolver& owner_;
  NextHopLookup lookup_;
  Resolved done_;
  boost::asio::steady_timer timer_;
  bool proceeding_ = false, hurried_ = false;
};

NextHopResolver::NextHopResolver(boost::asio::io_context& context, const Options& options, Dialable dialable,
                                 Random random)
    : context_(context),
      options_(options),
      client_{std::move(dialable), std::move(random),
              [this](const std::string& name) { return hosts_.find(name, now()) != nullptr; }},
      hosts_(options.hosts_file),
      queries_(options.cache, options.max_queries),
      set_aside_(options.set_aside),
      channel_(std::make_shared<AresChannel>(context, options.channel)) {}

NextHopResolver::~NextHopResolver() {
  stop();
}

void NextHopResolver::resolve(const sip::Uri& uri, Resolved done) {
  std::make_shared<Resolution>(*this, uri, std::move(done))->start();
}

void NextHopResolver::failed(const NextHop& next_hop) {
  set_aside_.failed(next_hop, now());
}

bool NextHopResolver::is_set_aside(const NextHop& next_hop) {
  return set_aside_.has(next_hop, now());
}

void NextHopResolver::stop() {
  channel_->stop();
  queries_.clear();
}

void NextHopResolver::ask(const Question& question, SharedQueries::Answered done) {
  if (const AnswerPtr& answer = from_hosts_file(question)) return done(answer);
  if (!queries_.ask(question, now(), std::move(done))) return;
  channel_->query(question,
                  [this, question](const AnswerPtr& answer) { queries_.answered(question, answer, now()); });
}

// nsswitch.conf(5), "hosts: files dns": a name that the file has is not asked for, in neither family.
AnswerPtr NextHopResolver::from_hosts_file(const Question& question) {
  if (question.type != Type::a && question.type != Type::aaaa) return nullptr;
  const auto* addresses = hosts_.find(question.name, now());
  if (addresses == nullptr) return nullptr;
  Answer answer;
  std::copy_if(addresses->begin(), addresses->end(), std::back_inserter(answer.addresses),
               [&](const Endpoint& address) { return address.v6 == (question.type == Type::aaaa); });
  answer.outcome = answer.addresses.empty() ? Outcome::none : Outcome::found;
  return std::make_shared<const Answer>(std::move(answer));
}

// RFC 6724 §5, rule 1: "Avoid unusable destinations", those that there is no route to. They and what has
// failed lately are tried last, but they are tried: what is known of them may be wrong by now.
void NextHopResolver::order(std::vector<NextHop>& next_hops) {
  if (next_hops.size() < 2) return;
  set_aside_.order(next_hops, now());
  std::stable_partition(next_hops.begin(), next_hops.end(), [](const NextHop& next_hop) {
    return transport::source_towards(next_hop.address).has_value();
  });
}

}  // namespace flowgate::dns
