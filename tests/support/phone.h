// Somebody at the other end of a flow: a phone, a proxy.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "flowtoken/token.h"
#include "support/packet.h"

namespace flowgate::test {

class Edge;

class Phone {
 public:
  Phone(Edge& edge, std::string name, Flow flow);

  const std::string& name() const { return name_; }
  const Flow& flow() const { return flow_; }
  std::string address() const { return flow_.remote.text(); }
  std::string aor() const { return "sip:" + name_ + "@example.com"; }
  // The URI of its own address.
  std::string contact() const;
  std::string instance() const { return "urn:uuid:00000000-0000-1000-8000-" + instance_; }

  // From now on, what it sends comes to that shard of the edge; as datagrams may.
  void arrives_at(unsigned shard) { shard_ = shard; }
  unsigned shard() const { return shard_; }

  // Text goes to the edge as it is.
  void sends(const std::string& text);
  // The next message that the edge sent to this phone. Its start line must begin with `start`.
  Packet receives(std::string_view start);
  void receives_nothing();
  // Messages that wait to be looked at.
  std::size_t waiting() const { return inbox_.size(); }
  void forgets() { inbox_.clear(); }

  // The same device over another flow, or after a reboot: its instance-id.
  void is_the_device_of(const Phone& other) { instance_ = other.instance_; }
  // Dialect::draft: flow-id and Supported: gruu instead of reg-id and Supported: path, outbound, gruu.
  void speaks(Dialect dialect) { dialect_ = dialect; }
  // The Contact URI of its dialogs, if not contact(): a GRUU.
  void is_reached_at(std::string uri) { dialog_contact_ = std::move(uri); }

  // Requests of this phone, `lines` added at the end. Each has a new branch.
  std::string request(std::string_view method, std::string_view uri, const Lines& lines,
                      std::string_view body = {});
  // REGISTER for aor(); `contact_params` as in ";reg-id=1;+sip.instance=...".
  std::string registers(std::string_view contact_params = {}, const Lines& lines = {});
  // An INVITE, MESSAGE, ... that opens a dialog or stands alone: From this phone's AOR, To `uri`.
  std::string opens(std::string_view method, std::string_view uri, const Lines& lines = {});
  // A request within a dialog (RFC 3261 §12.2.1.1), with `uri` instead of the remote target when it is given.
  std::string within(Dialog& dialog, std::string_view method, const Lines& lines = {},
                     std::string_view uri = {});
  // A response to `request`, with a To tag unless status is 100.
  std::string answers(const Packet& request, int status, const Lines& lines = {});
  // CANCEL for `request`, as this phone has sent it (§9.1), and the ACK for its non-2xx (§17.1.1.3).
  std::string cancels(const std::string& request);
  std::string acknowledges(const std::string& request, const Packet& response);

  // ";reg-id=N;+sip.instance=..." in the phone's dialect.
  std::string outbound_params(int reg_id) const;
  // Registers so and takes the 200.
  Packet is_registered(int reg_id = 1);

 private:
  friend class Edge;
  std::string dialog_contact() const { return dialog_contact_.empty() ? contact() : dialog_contact_; }

  Edge& edge_;
  std::string name_;
  Flow flow_;
  std::string id_;  // of this flow: in Call-IDs, tags and branches
  std::string instance_ = id_;
  std::string dialog_contact_;
  Dialect dialect_ = Dialect::rfc;
  std::deque<Packet> inbox_;
  unsigned shard_ = 0;
  int cseq_ = 0;
  int branches_ = 0;
};

}  // namespace flowgate::test
