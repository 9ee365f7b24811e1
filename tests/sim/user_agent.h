// A phone: it registers over one flow or several, calls and is called, and loses its power now and then.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/calls_in.h"
#include "sim/calls_out.h"
#include "sim/client_transactions.h"
#include "sim/directory.h"
#include "sim/registration.h"
#include "sim/server_transactions.h"

namespace flowgate::sim {

class UserAgent {
 public:
  // Which dialect it speaks: RFC 5626 and 5627, their drafts of 2005, or RFC 3261 alone.
  enum class Kind : std::uint8_t { rfc, draft, plain };
  // max-time of RFC 5626 §4.5; 1800 s are its default, more than a run has.
  static constexpr Duration max_back_off = std::chrono::seconds{240};

  struct Settings {
    std::string name;
    std::string user;
    std::string instance;
    Kind kind = Kind::rfc;
    Endpoint host;
    std::vector<Endpoint> edges;        // for each flow
    std::vector<Protocol> protocols;    // of each flow
    std::chrono::seconds expires{300};  // asked for
    std::string q;
    Duration pause{};    // mean, between one thing that it does and the next; 0: it does nothing by itself
    double silence = 0;  // how often it leaves a request without any answer
    bool registers = true;
  };
  UserAgent(World& world, Site& site, const Settings& settings, Directory& directory);

  const std::string& name() const { return settings_.name; }
  const std::string& user() const { return settings_.user; }
  const std::string& instance() const { return settings_.instance; }
  Kind kind() const { return settings_.kind; }
  std::string aor() const { return "sip:" + settings_.user + "@example.com"; }

  void switch_on();
  void switch_off();
  // What makes new traffic ends; what is under way goes on.
  void fall_silent();
  // Each registration is either taken back or just not renewed.
  void leave(bool politely);

  bool is_registered() const;
  bool is_fully_registered() const;
  // Of one of its flows, through the edge at that address.
  bool is_registered_through(const Endpoint& edge) const;
  // Calls somebody over that of its flows; the Call-ID.
  std::string call(const std::string& uri, unsigned flow, const CallsOut::Terms& terms);
  // Sends an OPTIONS over that of its flows; was it answered 200?
  std::string probe(const std::string& uri, unsigned flow);
  bool was_answered(const std::string& call_id) const { return answered_.contains(call_id); }
  // An OPTIONS or a BYE with that Call-ID came.
  bool was_asked(const std::string& call_id) const { return asked_.contains(call_id); }
  // The URI that means this one instance.
  std::string own_uri() const;
  // What it still waits for, in words; "": nothing.
  std::string left_over() const;

  // For its parts.
  UaFlow* choose_flow();
  ClientTransactions& clients() { return clients_; }
  ServerTransactions& servers() { return servers_; }
  Dialogs& dialogs() { return dialogs_; }
  std::string fresh(std::string_view what);
  std::string contact(const UaFlow& flow);
  std::string write_request(const UaFlow& flow, std::string_view method, std::string_view uri,
                            const Lines& lines);
  void learn_gruu(std::string_view kind, std::string_view uri);
  void received(UaFlow& flow, const Packet& packet);
  void flow_lost(const UaFlow& flow);

 private:
  void live();
  void request(UaFlow& flow, const Packet& packet);

  World& world_;
  Settings settings_;
  Directory& directory_;
  Random random_;
  unsigned counter_ = 0;
  std::map<std::string, std::string, std::less<>> gruus_;  // the latest of each kind
  std::set<std::string, std::less<>> answered_, asked_;
  ClientTransactions clients_;
  ServerTransactions servers_;
  Dialogs dialogs_;
  CallsOut calls_out_;
  CallsIn calls_in_;
  std::vector<std::unique_ptr<Registration>> registrations_;
  Alarm next_;
};

}  // namespace flowgate::sim
