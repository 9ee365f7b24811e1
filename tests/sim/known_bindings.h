// What the registrar has promised: the bindings of every REGISTER that it answered 200, as whoever reads its
// messages would keep them.
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
  std::string path;  // the URI of its edge, with a token; "": it was registered here
  bool draft = false;
  unsigned q_milli = 1000;
  Instant updated{}, expires{};
  bool doubtful = false;  // its flow has failed: the registrar may have removed it

  // Is that a request for it?
  bool leads_to(const Flow& to, const Packet& sent) const;
};

class KnownBindings final : public Observer {
 public:
  KnownBindings(const Agenda& agenda, const Vantage& vantage)
      : agenda_(agenda), is_registrar_(vantage.is_registrar) {}

  void arriving(const Flow& flow, const Packet& packet) override;
  void sent(const Flow& flow, const Packet& packet, bool gone) override;
  void flow_closed(const Flow& flow) override;
  void flow_silent(const Flow& flow) override { flow_closed(flow); }
  void host_crashed() override;

  // Is it the URI of an AOR of the domain, or a GRUU?
  static bool is_located(std::string_view uri);
  // A temporary GRUU may have become void without notice: then nobody has to be there.
  static bool is_temporary(std::string_view uri);
  static bool is_gruu(std::string_view uri);
  // The live bindings that the URI means.
  std::vector<KnownBinding> of(std::string_view uri) const;
  // The one that the request which goes to `flow` is for.
  const KnownBinding* meant_by(const Flow& flow, const Packet& sent) const;
  // Another flow of its instance.
  const KnownBinding* sibling(const Flow& flow, const Packet& sent) const;
  // An edge said that the flow is gone.
  void doubt(const KnownBinding& binding);

 private:
  using Key = std::tuple<std::string, std::string, unsigned>;  // AOR; instance or URI; reg-id
  struct TemporaryGruu {
    std::string user, instance;
  };
  static Key key_of(const KnownBinding& binding);
  void apply(const Packet& request, const Packet& answer, const Flow& flow);
  void learn_temporary_gruus(const Packet& request, const Packet& answer);

  const Agenda& agenda_;
  bool is_registrar_;                                   // an edge promises nothing: it passes a REGISTER on
  std::map<std::string, Packet, std::less<>> waiting_;  // REGISTERs without an answer, by branch
  std::set<std::string, std::less<>> answered_;
  std::map<Key, KnownBinding> bindings_;
  std::map<std::string, TemporaryGruu, std::less<>> temporary_;  // by their user part
};

}  // namespace flowgate::sim
