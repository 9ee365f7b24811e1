// What every location service must do, whatever keeps its records.
//
// A subject is a type without arguments to its constructor, with
//   LocationService& location();  // empty at first
//   void settle();                // returns when all that was asked for until now has been carried out; may
//   change
//                                 // settled@example.com, as long as nothing is left of it
// A subject for FailingLocationContract has besides
//   void fails(bool);             // from now on nothing can be kept; or it can again
// and a test program says INSTANTIATE_TYPED_TEST_SUITE_P(Name, LocationContract, Subject).
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "registrar/location_service.h"
#include "site.h"

namespace flowgate::registrar {

class Announcements final : public Observer {
 public:
  void changed(std::string_view aor, Cause cause) override {
    if (aor == "settled@example.com") return;
    static constexpr const char* names[] = {"request", "flow failure", "expiry"};
    const std::lock_guard lock{mutex_};
    all_.push_back(std::string{aor} + ": " + names[static_cast<std::size_t>(cause)]);
  }
  // Those since the last call.
  std::vector<std::string> take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(all_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> all_;
};

template <class Subject>
class LocationContract : public testing::Test {
 protected:
  using Change = LocationService::Change;

  LocationContract() { location().set_observer(&announcements); }

  LocationService& location() { return subject.location(); }

  static Binding binding_over(const Flow& flow, Instant expires) {
    Binding binding;
    binding.contact = binding.uri = "sip:ua@192.0.2.1";
    binding.flow = flow;
    binding.by_flow = true;
    binding.expires = expires;
    return binding;
  }

  // Waits until it is done, on whichever thread that is told.
  boost::system::error_code update(std::string_view aor, Change change) {
    const auto told = std::make_shared<std::promise<boost::system::error_code>>();
    location().update(aor, std::move(change), [told](auto error) { told->set_value(error); });
    auto outcome = told->get_future();
    if (outcome.wait_for(20s) != std::future_status::ready) throw std::runtime_error("not done in 20 s");
    return outcome.get();
  }
  void add(std::string_view aor, const Binding& binding) {
    EXPECT_FALSE(update(aor, [&](Record& record) { record.bindings.push_back(binding); }));
  }
  std::vector<Binding> bindings(std::string_view aor) {
    const auto told = std::make_shared<std::promise<std::vector<Binding>>>();
    location().lookup(aor, [told](const Record& record) {
      told->set_value({record.bindings.begin(), record.bindings.end()});
    });
    auto outcome = told->get_future();
    if (outcome.wait_for(20s) != std::future_status::ready) throw std::runtime_error("not shown in 20 s");
    return outcome.get();
  }
  std::size_t count(std::string_view aor) { return bindings(aor).size(); }
  std::size_t size() {
    subject.settle();
    return location().size();
  }
  // A whole round over all records.
  void sweep(Instant time) {
    for (int i = 0; i < 64; ++i) location().sweep(time);
    subject.settle();
  }
  std::vector<std::string> announced() {
    subject.settle();
    return announcements.take();
  }

  static constexpr std::string_view alice = "alice@example.com", bob = "bob@example.com",
                                    carol = "carol@example.com";
  const Flow tcp = flow_from(Protocol::tcp, "192.0.2.1", 40000);
  const Flow udp = flow_from(Protocol::udp, "192.0.2.1", 40000);
  const Instant now = std::chrono::steady_clock::now();
  const Instant in_a_minute = now + 60s;
  Announcements announcements;
  Subject subject;
};

TYPED_TEST_SUITE_P(LocationContract);

TYPED_TEST_P(LocationContract, ShowsAnEmptyRecordWhereThereIsNone) {
  EXPECT_EQ(this->count(this->alice), 0);
  EXPECT_EQ(this->size(), 0);
}

TYPED_TEST_P(LocationContract, ShowsWhatWasDone) {
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  const auto bindings = this->bindings(this->alice);
  ASSERT_EQ(bindings.size(), 1);
  EXPECT_EQ(bindings[0].uri, "sip:ua@192.0.2.1");
  EXPECT_EQ(bindings[0].flow, this->udp);
  EXPECT_LT(std::chrono::abs(bindings[0].expires - this->in_a_minute), 1ms);
  EXPECT_EQ(this->count(this->bob), 0);
  EXPECT_EQ(this->size(), 1);
}

TYPED_TEST_P(LocationContract, AChangeSeesTheOneBefore) {
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  std::size_t seen = 0;
  EXPECT_FALSE(this->update(this->alice, [&](Record& record) { seen = record.bindings.size(); }));
  EXPECT_EQ(seen, 1);
}

// They are asked for without waiting for the one before.
TYPED_TEST_P(LocationContract, ChangesOfOneRecordAreMadeOneAfterTheOther) {
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  std::atomic<int> done{0};
  for (int i = 0; i < 200; ++i) {
    this->location().update(
        this->alice, [](Record& record) { ++record.bindings.at(0).cseq; },
        [&](auto error) { done += error ? 0 : 1; });
  }
  this->subject.settle();
  EXPECT_EQ(done, 200);
  EXPECT_EQ(this->bindings(this->alice).at(0).cseq, 200);
}

TYPED_TEST_P(LocationContract, DoneMayUseTheLocationService) {
  std::promise<void> told;
  this->location().update(
      this->alice,
      [&](Record& record) { record.bindings.push_back(this->binding_over(this->tcp, this->in_a_minute)); },
      [&](auto) {
        this->location().update(
            this->bob,
            [&](Record& record) {
              record.bindings.push_back(this->binding_over(this->udp, this->in_a_minute));
            },
            [&](auto) { told.set_value(); });
      });
  ASSERT_EQ(told.get_future().wait_for(20s), std::future_status::ready);
  EXPECT_EQ(this->count(this->alice), 1);
  EXPECT_EQ(this->count(this->bob), 1);
}

TYPED_TEST_P(LocationContract, DropsARecordLeftWithoutBindings) {
  this->add(this->alice, this->binding_over(this->tcp, this->in_a_minute));
  EXPECT_FALSE(this->update(this->alice, [](Record& record) { record.bindings.clear(); }));
  EXPECT_EQ(this->size(), 0);
  EXPECT_EQ(this->count(this->alice), 0);
  EXPECT_FALSE(this->location().registered_over(this->tcp, this->now));
}

// RFC 5626 §7: "the proxy MUST invalidate all the bindings in the target set that use that flow (regardless
// of AOR)."
TYPED_TEST_P(LocationContract, ABrokenFlowTakesAllItsBindingsRegardlessOfAor) {
  this->add(this->alice, this->binding_over(this->tcp, this->in_a_minute));
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  this->add(this->bob, this->binding_over(this->tcp, this->in_a_minute));
  this->add(this->carol, this->binding_over(this->udp, this->in_a_minute));
  this->location().remove_flow(this->tcp);
  EXPECT_EQ(this->size(), 2);
  EXPECT_EQ(this->count(this->alice), 1);
  EXPECT_EQ(this->count(this->bob), 0);
  EXPECT_EQ(this->count(this->carol), 1);
  EXPECT_FALSE(this->location().registered_over(this->tcp, this->now));
  EXPECT_TRUE(this->location().registered_over(this->udp, this->now));
}

// Neither what comes before the other is acknowledged.
TYPED_TEST_P(LocationContract, AFlowThatBreaksDuringARegistrationIsGone) {
  for (int i = 0; i < 50; ++i) {
    this->location().update(
        this->alice,
        [this](Record& record) {
          record.bindings.assign(1, this->binding_over(this->tcp, this->in_a_minute));
        },
        [](auto) {});
    this->location().remove_flow(this->tcp);
    this->subject.settle();
    EXPECT_EQ(this->count(this->alice), 0);
    EXPECT_FALSE(this->location().registered_over(this->tcp, this->now));
  }
}

TYPED_TEST_P(LocationContract, AFlowThatIsForgottenCanBeRegisteredOverAgain) {
  this->add(this->alice, this->binding_over(this->tcp, this->in_a_minute));
  this->location().remove_flow(this->tcp);
  this->location().remove_flow(this->tcp);
  this->add(this->alice, this->binding_over(this->tcp, this->in_a_minute));
  EXPECT_TRUE(this->location().registered_over(this->tcp, this->now));
  this->location().remove_flow(this->tcp);
  EXPECT_EQ(this->size(), 0);
}

// OpenSIPS/opensips#1035
TYPED_TEST_P(LocationContract, ABindingThatMovedToAnotherFlowDoesNotGoWithTheOldOne) {
  this->add(this->alice, this->binding_over(this->tcp, this->in_a_minute));
  EXPECT_FALSE(this->update(this->alice, [this](Record& record) { record.bindings.at(0).flow = this->udp; }));
  EXPECT_FALSE(this->location().registered_over(this->tcp, this->now));
  EXPECT_TRUE(this->location().registered_over(this->udp, this->now));
  this->location().remove_flow(this->tcp);
  EXPECT_EQ(this->size(), 1);
}

TYPED_TEST_P(LocationContract, ABindingThatDoesNotGoByItsFlowOutlivesIt) {
  Binding along_path = this->binding_over(this->tcp, this->in_a_minute);
  along_path.path = "<sip:token@edge.example.com;lr;ob>";
  along_path.by_flow = false;
  this->add(this->alice, along_path);
  Binding by_uri = this->binding_over(this->udp, this->in_a_minute);
  by_uri.by_flow = false;
  this->add(this->bob, by_uri);
  EXPECT_FALSE(this->location().registered_over(this->tcp, this->now));
  EXPECT_TRUE(this->location().registered_over(this->udp, this->now));
  this->location().remove_flow(this->tcp);
  this->location().remove_flow(this->udp);
  EXPECT_EQ(this->size(), 2);
}

TYPED_TEST_P(LocationContract, OnlyWhatIsDeadIsRemovedAsDead) {
  Binding draft = this->binding_over(this->tcp, this->in_a_minute);
  draft.reg_id = 1;
  this->add(this->alice, draft);
  draft.reg_id = 2;
  this->add(this->alice, draft);
  this->location().remove_dead(this->alice, [](const Binding& binding) { return binding.reg_id == 1; });
  this->subject.settle();
  const auto left = this->bindings(this->alice);
  ASSERT_EQ(left.size(), 1);
  EXPECT_EQ(left[0].reg_id, 2);
}

TYPED_TEST_P(LocationContract, KnowsTheDialectOfTheUaThatIsRegisteredOverAFlow) {
  Binding draft = this->binding_over(this->udp, this->in_a_minute);
  draft.dialect = Dialect::draft;
  this->add(this->alice, draft);
  EXPECT_EQ(this->location().registered_over(this->udp, this->now), Dialect::draft);
  EXPECT_EQ(this->location().registered_over(this->udp, this->in_a_minute + 1s), std::nullopt);
}

TYPED_TEST_P(LocationContract, SweepsWhatHasExpired) {
  for (int i = 0; i < 1000; ++i) {
    this->location().update(
        "ua" + std::to_string(i) + "@example.com",
        [this, i](Record& record) {
          record.bindings.push_back(this->binding_over(this->tcp, this->now + (i % 2 ? 60s : 120s)));
        },
        [](auto) {});
  }
  this->add("ua1@example.com", this->binding_over(this->udp, this->now + 120s));
  EXPECT_EQ(this->size(), 1001);
  this->sweep(this->now + 61s);
  EXPECT_EQ(this->size(), 501);
  EXPECT_EQ(this->count("ua1@example.com"), 1);
  EXPECT_TRUE(this->location().registered_over(this->tcp, this->now + 61s));
  this->sweep(this->now + 121s);
  EXPECT_EQ(this->size(), 0);
}

TYPED_TEST_P(LocationContract, TheObserverIsToldOfEachChangeAndItsCause) {
  this->add(this->alice, this->binding_over(this->tcp, this->in_a_minute));
  EXPECT_THAT(this->announced(), testing::ElementsAre("alice@example.com: request"));
  this->add(this->bob, this->binding_over(this->tcp, this->in_a_minute));
  this->announced();
  this->location().remove_flow(this->tcp);
  EXPECT_THAT(this->announced(), testing::UnorderedElementsAre("alice@example.com: flow failure",
                                                               "bob@example.com: flow failure"));
  this->add(this->carol, this->binding_over(this->udp, this->in_a_minute));
  this->announced();
  this->location().remove_dead(this->carol, [](const Binding&) { return true; });
  EXPECT_THAT(this->announced(), testing::ElementsAre("carol@example.com: flow failure"));
  this->add(this->carol, this->binding_over(this->udp, this->in_a_minute));
  this->announced();
  this->sweep(this->in_a_minute + 1s);
  EXPECT_THAT(this->announced(), testing::ElementsAre("carol@example.com: expiry"));
}

// To be run under the thread sanitizer, too.
TYPED_TEST_P(LocationContract, NoChangeIsLostAmongThreads) {
  constexpr int threads = 4, rounds = 250;
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  std::atomic<int> done{0};
  const auto work = [&](unsigned worker) {
    const Flow own = flow_from(Protocol::tcp, "192.0.2.1", static_cast<std::uint16_t>(50000 + worker));
    for (int i = 0; i < rounds; ++i) {
      this->location().update(
          this->alice, [](Record& record) { ++record.bindings.at(0).cseq; },
          [&](auto error) { done += error ? 0 : 1; });
      const std::string shared = "ua" + std::to_string(i % 50) + "@example.com";
      this->location().update(
          shared,
          [&](Record& record) { record.bindings.assign(1, this->binding_over(own, this->in_a_minute)); },
          [](auto) {});
      this->location().lookup(shared, [](const Record& record) { ASSERT_LE(record.bindings.size(), 1); });
      if (i % 50 == 0) this->location().remove_flow(own);
      this->location().registered_over(own, this->now);
      this->location().sweep(this->now);
    }
  };
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i) workers.emplace_back(work, i);
  for (std::thread& worker : workers) worker.join();
  this->subject.settle();
  EXPECT_EQ(done, threads * rounds);
  EXPECT_EQ(this->bindings(this->alice).at(0).cseq, threads * rounds);
  for (unsigned i = 0; i < threads; ++i) {
    this->location().remove_flow(
        flow_from(Protocol::tcp, "192.0.2.1", static_cast<std::uint16_t>(50000 + i)));
  }
  EXPECT_EQ(this->size(), 1);
}

REGISTER_TYPED_TEST_SUITE_P(LocationContract, ShowsAnEmptyRecordWhereThereIsNone, ShowsWhatWasDone,
                            AChangeSeesTheOneBefore, ChangesOfOneRecordAreMadeOneAfterTheOther,
                            DoneMayUseTheLocationService, DropsARecordLeftWithoutBindings,
                            ABrokenFlowTakesAllItsBindingsRegardlessOfAor,
                            AFlowThatBreaksDuringARegistrationIsGone,
                            AFlowThatIsForgottenCanBeRegisteredOverAgain,
                            ABindingThatMovedToAnotherFlowDoesNotGoWithTheOldOne,
                            ABindingThatDoesNotGoByItsFlowOutlivesIt, OnlyWhatIsDeadIsRemovedAsDead,
                            KnowsTheDialectOfTheUaThatIsRegisteredOverAFlow, SweepsWhatHasExpired,
                            TheObserverIsToldOfEachChangeAndItsCause, NoChangeIsLostAmongThreads);

template <class Subject>
class FailingLocationContract : public LocationContract<Subject> {};

TYPED_TEST_SUITE_P(FailingLocationContract);
// A store in memory does not fail.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FailingLocationContract);

TYPED_TEST_P(FailingLocationContract, AnErrorLeavesEverythingAsItWas) {
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  this->announced();
  this->subject.fails(true);
  EXPECT_TRUE(this->update(this->alice, [](Record& record) { record.bindings.clear(); }));
  EXPECT_TRUE(this->update(this->bob, [this](Record& record) {
    record.bindings.push_back(this->binding_over(this->tcp, this->in_a_minute));
  }));
  EXPECT_EQ(this->count(this->alice), 1);
  EXPECT_EQ(this->count(this->bob), 0);
  EXPECT_EQ(this->size(), 1);
  EXPECT_TRUE(this->location().registered_over(this->udp, this->now));
  EXPECT_FALSE(this->location().registered_over(this->tcp, this->now));
}

TYPED_TEST_P(FailingLocationContract, NothingOfAFailedChangeIsInALaterOne) {
  this->add(this->alice, this->binding_over(this->udp, this->in_a_minute));
  this->subject.fails(true);
  std::atomic<int> failed{0};
  for (int i = 0; i < 20; ++i) {
    this->location().update(
        this->alice, [](Record& record) { record.bindings.at(0).cseq += 1000; },
        [&](auto error) { failed += error ? 1 : 0; });
  }
  this->subject.settle();
  EXPECT_EQ(failed, 20);
  this->subject.fails(false);
  EXPECT_FALSE(this->update(this->alice, [](Record& record) { ++record.bindings.at(0).cseq; }));
  EXPECT_EQ(this->bindings(this->alice).at(0).cseq, 1);
}

REGISTER_TYPED_TEST_SUITE_P(FailingLocationContract, AnErrorLeavesEverythingAsItWas,
                            NothingOfAFailedChangeIsInALaterOne);

}  // namespace flowgate::registrar
