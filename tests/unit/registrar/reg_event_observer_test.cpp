// What the location service tells its observer, and what it keeps for watchers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::string_view alice = "alice@example.com", bob = "bob@example.com";

class Told final : public Observer {
 public:
  explicit Told(MemoryStore& store) : store_(store) { store.set_observer(this); }
  void changed(std::string_view aor, Cause cause) override {
    static constexpr const char* names[] = {"request", "flow failure", "expiry"};
    std::string text{aor};
    text += ": ";
    text += names[static_cast<std::size_t>(cause)];
    // The record can be looked at: it is not locked, and the change is there.
    store_.lookup(aor, [&](const Record& record) { text += " " + std::to_string(record.bindings.size()); });
    told.push_back(std::move(text));
  }
  std::vector<std::string> told;

 private:
  MemoryStore& store_;
};

class RegEventObserver : public Site {
 protected:
  void add(std::string_view aor, const Flow& flow, std::string uri = "sip:ua@192.0.2.1") {
    Binding binding;
    binding.uri = std::move(uri);
    binding.flow = flow;
    binding.by_flow = true;
    binding.expires = now + 60s;
    store.update(
        aor, [&](Record& record) { record.bindings.push_back(binding); }, [](auto) {});
  }

  const Flow tcp = flow_from(Protocol::tcp, "192.0.2.1", 40000);
  const Flow udp = flow_from(Protocol::udp, "192.0.2.1", 40000);
  Told observer{store};
};

TEST_F(RegEventObserver, IsToldOfARegister) {
  send({.fields = {"Contact: <sip:alice@192.0.2.1>"}});
  EXPECT_THAT(observer.told, ElementsAre("alice@example.com: request 1"));
}

TEST_F(RegEventObserver, IsToldNothingOfAQuery) {
  query();
  EXPECT_THAT(observer.told, IsEmpty());
}

TEST_F(RegEventObserver, IsToldOfEachAorThatAFlowTakesWithIt) {
  add(alice, tcp);
  add(alice, udp);
  add(bob, tcp);
  observer.told.clear();
  store.remove_flow(tcp);
  EXPECT_THAT(observer.told,
              UnorderedElementsAre("alice@example.com: flow failure 1", "bob@example.com: flow failure 0"));
}

TEST_F(RegEventObserver, IsToldOfATargetThatTurnedOutToBeDead) {
  send({.fields = {"Contact: <sip:alice@192.0.2.1>", "Contact: <sip:alice@192.0.2.2>"}});
  observer.told.clear();
  registrar().remove(locate("sip:alice@example.com").targets.front());
  EXPECT_THAT(observer.told, ElementsAre("alice@example.com: flow failure 1"));
}

TEST_F(RegEventObserver, IsToldOfWhatExpires) {
  add(alice, tcp);
  add(bob, tcp);
  now += 1s;
  add(bob, udp);
  observer.told.clear();
  now += 59s;
  for (int part = 0; part < 64; ++part) store.sweep(now);
  EXPECT_THAT(observer.told,
              UnorderedElementsAre("alice@example.com: expiry 0", "bob@example.com: expiry 1"));
}

// RFC 5628 §5: first-cseq is that of the REGISTER "that caused that first temporary GRUU to be assigned".
class RegEventFirstCseq : public Site {
 protected:
  void registers(std::uint32_t cseq, std::string call_id = "1", int reg_id = 1) {
    send({.call_id = std::move(call_id),
          .cseq = cseq,
          .fields = {"Supported: outbound, gruu",
                     "Contact: <sip:alice@192.0.2.1>;reg-id=" + std::to_string(reg_id) +
                         ";+sip.instance=\"<" + std::string{uuid} + ">\""},
          .flow = flow_from(Protocol::tcp, "192.0.2.1", 40000)});
  }
  std::vector<std::uint32_t> first_cseqs() {
    std::vector<std::uint32_t> all;
    store.lookup(alice, [&](const Record& record) {
      for (const Binding& binding : record.bindings) all.push_back(binding.first_cseq);
    });
    return all;
  }
};

TEST_F(RegEventFirstCseq, IsThatOfTheFirstRegister) {
  registers(7);
  registers(8);
  EXPECT_THAT(first_cseqs(), ElementsAre(7));
}

// RFC 5627 §5.1: a new Call-ID invalidates all temporary GRUUs of the instance.
TEST_F(RegEventFirstCseq, IsThatOfTheRegisterWithANewCallId) {
  registers(7);
  registers(3, "2");
  registers(4, "2");
  EXPECT_THAT(first_cseqs(), ElementsAre(3));
}

TEST_F(RegEventFirstCseq, IsTheSameForAllFlowsOfAnInstance) {
  registers(7);
  registers(8, "1", 2);
  EXPECT_THAT(first_cseqs(), ElementsAre(7, 7));
  registers(3, "2", 2);
  EXPECT_THAT(first_cseqs(), ElementsAre(3, 3));
}

}  // namespace
}  // namespace flowgate::registrar
