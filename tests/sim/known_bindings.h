// What the registrar has promised: the bindings of every REGISTER that it answered 200, as whoever reads the
// messages at the edge would keep them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "sim/invariants.h"

namespace flowgate::sim {

struct KnownBinding {
  std::string user;      // of the AOR
  std::string instance;  // without one: the Contact URI, which then is an instance of its own
  unsigned reg_id = 0;   // 0: not an outbound one
  std::string uri;
  Flow flow;
  bool by_flow = false;
  unsigned q_milli = 1000;
  Instant expires{};

  // Where requests for it go.
  bool leads_to(const Flow& to) const;
};

class KnownBindings final : public Observer {
 public:
  explicit KnownBindings(const Agenda& agenda) : agenda_(agenda) {}

  void arriving(const Flow& flow, const Packet& packet) override;
  void sent(const Flow& flow, const Packet& packet, bool gone) override;
  void flow_closed(const Flow& flow) override;
  void flow_silent(const Flow& flow) override { flow_closed(flow); }
  void edge_crashed() override;

  // Is it the URI of an AOR of the domain, or a GRUU?
  static bool is_located(std::string_view uri);
  // A temporary GRUU may have become void without notice: then nobody has to be there.
  static bool is_temporary(std::string_view uri);
  static bool is_gruu(std::string_view uri);
  // The live bindings that the URI means.
  std::vector<KnownBinding> of(std::string_view uri) const;
  // Another flow of the instance that `flow` leads to.
  const KnownBinding* sibling(const Flow& flow) const;

 private:
  using Key = std::tuple<std::string, std::string, unsigned>;  // AOR; instance or URI; reg-id
  struct TemporaryGruu {
    std::string user, instance;
  };
  void apply(const Packet& request, const Packet& answer, const Flow& flow);
  void learn_temporary_gruus(const Packet& request, const Packet& answer);

  const Agenda& agenda_;
  std::map<std::string, Packet, std::less<>> waiting_;  // REGISTERs without an answer, by branch
  std::set<std::string, std::less<>> answered_;
  std::map<Key, KnownBinding> bindings_;
  std::map<std::string, TemporaryGruu, std::less<>> temporary_;  // by their user part
};

}  // namespace flowgate::sim
