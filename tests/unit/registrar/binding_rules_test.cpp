// What becomes of the bindings: RFC 3261 §10.3 (6) to (8).
#include "registrar/binding_rules.h"

#include <functional>
#include <map>

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BindingRules : public Site {};

TEST_F(BindingRules, TheAnswerListsAllCurrentBindingsOneOnALineEachWithItsExpires) {
  send({.fields = {"Contact: \"A, B\" <sip:a@192.0.2.1;x=y>;foo=\"b,c;d\" ; q=0.5;expires=60",
                   "Expires: 600"}});
  now += 10s;
  const Answer answer =
      send({.cseq = 2, .fields = {"m: sip:b@192.0.2.1;transport=tcp , <sip:c@192.0.2.1>", "Expires: 600"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(contacts(answer),
              ElementsAre("\"A, B\" <sip:a@192.0.2.1;x=y>;foo=\"b,c;d\" ; q=0.5;expires=50",
                          "sip:b@192.0.2.1;transport=tcp;expires=600", "<sip:c@192.0.2.1>;expires=600"));
  EXPECT_THAT(values(answer, "Supported"), ElementsAre("outbound, path, gruu"));
}

TEST_F(BindingRules, ParametersThatOnlyTheRegistrarGivesAreNotEchoed) {
  const Answer answer = send({.fields = {"Contact: <sip:a@192.0.2.1> ;gruu=\"sip:x;y\"; a=1 "
                                         ";EXPIRES=600;pub-gruu=\"sip:x\";temp-gruu=\"sip:y\"; b"}});
  EXPECT_THAT(contacts(answer), ElementsAre("<sip:a@192.0.2.1> ; a=1 ; b;expires=600"));
}

TEST_F(BindingRules, RemainingTimesAreRoundedUp) {
  send({.fields = {"Contact: <sip:a@192.0.2.1>;expires=60"}});
  now += 1ms;
  EXPECT_THAT(contacts(query()), ElementsAre("<sip:a@192.0.2.1>;expires=60"));
  now += 59s;
  EXPECT_THAT(contacts(query()), ElementsAre("<sip:a@192.0.2.1>;expires=1"));
  now += 999ms;
  EXPECT_THAT(contacts(query()), IsEmpty());
}

// §10.2.3: "a REGISTER request that does not contain a Contact header field" leaves the bindings as they are.
TEST_F(BindingRules, AQueryChangesNothing) {
  EXPECT_THAT(contacts(query()), IsEmpty());
  send({.fields = {"Contact: <sip:a@192.0.2.1>"}});
  const Binding before = binding();
  now += 5s;
  const Answer answer = send({.cseq = 1, .fields = {"Expires: 0"}});
  EXPECT_THAT(contacts(answer), ElementsAre("<sip:a@192.0.2.1>;expires=3595"));
  EXPECT_EQ(binding().updated, before.updated);
}

// §10.3 (7): "bindings are compared using the URI comparison rules".
TEST_F(BindingRules, AnEquivalentUriRefreshesItsBinding) {
  send({.fields = {"Contact: <sip:alice@UA.example.org;transport=tcp>;q=0.1"}});
  const Instant registered = now;
  now += 30s;
  const Answer answer =
      send({.cseq = 2, .fields = {"Contact: <sip:%61lice@ua.EXAMPLE.org;Transport=TCP;x=y>"}});
  EXPECT_THAT(contacts(answer), ElementsAre("<sip:%61lice@ua.EXAMPLE.org;Transport=TCP;x=y>;expires=3600"));
  EXPECT_EQ(binding().registered, registered);
  EXPECT_EQ(binding().updated, now);
  EXPECT_EQ(binding().q_milli, 1000);
}

TEST_F(BindingRules, AnotherUriIsAnotherBinding) {
  send({.fields = {"Contact: <sip:alice@192.0.2.1>"}});
  send({.cseq = 2, .fields = {"Contact: <sip:alice@192.0.2.1:5060>"}});
  send({.cseq = 3, .fields = {"Contact: <sip:alice@192.0.2.1;transport=tcp>"}});
  send({.cseq = 4, .fields = {"Contact: <sip:Alice@192.0.2.1>"}});
  EXPECT_EQ(store.size(), 4);
}

// §10.3 (7): "If not, the update MUST be aborted and the request fails."
TEST_F(BindingRules, WithTheSameCallIdTheCSeqMustBeHigher) {
  send({.cseq = 5, .fields = {"Contact: <sip:a@192.0.2.1>"}});
  for (const std::uint32_t cseq : {4U, 5U}) {
    EXPECT_EQ(
        send({.cseq = cseq, .fields = {"Contact: <sip:b@192.0.2.1>, <sip:a@192.0.2.1>;expires=0"}}).status,
        500);
    EXPECT_EQ(send({.cseq = cseq, .fields = {"Contact: *", "Expires: 0"}}).status, 500);
  }
  EXPECT_THAT(contacts(query()), ElementsAre("<sip:a@192.0.2.1>;expires=3600"));
  EXPECT_EQ(send({.cseq = 6, .fields = {"Contact: <sip:b@192.0.2.1>, <sip:a@192.0.2.1>;expires=0"}}).status,
            200);
  EXPECT_THAT(contacts(query()), ElementsAre("<sip:b@192.0.2.1>;expires=3600"));
}

// The same REGISTER once more, its transaction being forgotten: what it asks for is done.
TEST_F(BindingRules, TheSameTransactionMayComeAgain) {
  Register request{.cseq = 5, .fields = {"Contact: <sip:a@192.0.2.1>"}, .transaction = 77};
  EXPECT_EQ(send(request).status, 200);
  now += 5s;
  EXPECT_EQ(values(send(request), "Contact").size(), 1U);
  request.transaction = 78;
  EXPECT_EQ(send(request).status, 500);
  request.transaction = 77;
  request.cseq = 4;
  EXPECT_EQ(send(request).status, 500);
  request.transaction = 0;
  request.cseq = 6;
  EXPECT_EQ(send(request).status, 200);
  EXPECT_EQ(send(request).status, 500);
}

TEST_F(BindingRules, WithAnotherCallIdAnyCSeqWillDo) {
  send({.cseq = 5, .fields = {"Contact: <sip:a@192.0.2.1>"}});
  EXPECT_EQ(send({.call_id = "rebooted", .cseq = 1, .fields = {"Contact: <sip:a@192.0.2.1>"}}).status, 200);
  EXPECT_EQ(binding().call_id, "rebooted");
  EXPECT_EQ(send({.call_id = "third", .cseq = 1, .fields = {"Contact: *", "Expires: 0"}}).status, 200);
  EXPECT_EQ(store.size(), 0);
}

TEST_F(BindingRules, AnExpiredBindingIsNotInTheWay) {
  send({.cseq = 5, .fields = {"Contact: <sip:a@192.0.2.1>;expires=60"}});
  now += 60s;
  EXPECT_EQ(send({.cseq = 1, .fields = {"Contact: <sip:a@192.0.2.1>"}}).status, 200);
  EXPECT_EQ(binding().registered, now);
}

TEST_F(BindingRules, RemovingWhatIsNotThereIsFine) {
  const Answer answer = send({.fields = {"Contact: <sip:a@192.0.2.1>;expires=0"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(contacts(answer), IsEmpty());
  EXPECT_EQ(store.size(), 0);
}

TEST_F(BindingRules, ARemovalGivesWayToTheSameContactBesideIt) {
  for (const char* fields : {"Contact: <sip:a@192.0.2.1>, <sip:a@192.0.2.1>;expires=0",
                             "Contact: <sip:a@192.0.2.1>;expires=0, <sip:a@192.0.2.1>",
                             "Contact: <sip:a@192.0.2.1>, <sip:a@192.0.2.1>"}) {
    const Answer answer = send({.call_id = fields, .fields = {fields}});
    EXPECT_THAT(contacts(answer), ElementsAre("<sip:a@192.0.2.1>;expires=3600")) << fields;
  }
  EXPECT_THAT(contacts(send({.to = "<sip:bob@example.com>", .fields = {"Contact: <sip:b@h>, <sip:b@h>"}})),
              ElementsAre("<sip:b@h>;expires=3600"));
}

TEST_F(BindingRules, MoreThanMaxBindingsAreAnswered403AndNothingChanges) {
  options.max_bindings = 2;
  send({.fields = {"Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>"}});
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: <sip:c@192.0.2.1>"}}).status, 403);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: <sip:a@192.0.2.1>, <sip:c@192.0.2.1>"}}).status, 403);
  EXPECT_EQ(store.size(), 2);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: <sip:b@192.0.2.1>;expires=0, <sip:c@192.0.2.1>"}}).status,
            200);
  EXPECT_EQ(send({.cseq = 3, .fields = {"Contact: <sip:a@192.0.2.1>"}}).status, 200);
  EXPECT_THAT(contacts(query()),
              ElementsAre("<sip:a@192.0.2.1>;expires=3600", "<sip:c@192.0.2.1>;expires=3600"));
}

// OpenSIPS/opensips#1316: a new port on every REGISTER.
TEST_F(BindingRules, AnInstanceThatComesFromEverNewPortsDoesNotLockItselfOut) {
  options.max_bindings = 4;
  for (int port = 1001; port <= 1020; ++port) {
    now += 1s;
    const std::string uri = "sip:alice@192.0.2.1:" + std::to_string(port);
    const Answer answer =
        send({.call_id = uri, .fields = {"Contact: <" + uri + ">;+sip.instance=\"<urn:x:1>\""}});
    ASSERT_EQ(answer.status, 200) << port;
  }
  EXPECT_EQ(targets("sip:alice@example.com").front(), "sip:alice@192.0.2.1:1020");
}

TEST_F(BindingRules, BindingsAreListedOldestFirst) {
  for (const char* user : {"c", "a", "b"}) {
    now += 1s;
    send({.call_id = user, .fields = {"Contact: <sip:" + std::string{user} + "@h>;expires=7200"}});
  }
  send({.call_id = "c", .cseq = 2, .fields = {"Contact: <sip:c@h>;expires=7200"}});
  EXPECT_THAT(contacts(query()),
              ElementsAre("<sip:c@h>;expires=7200", "<sip:a@h>;expires=7199", "<sip:b@h>;expires=7200"));
}

class FailingStore final : public LocationService {
 public:
  void submit(std::string_view, std::unique_ptr<Lookup> lookup) override {
    lookup->visit({});
    lookup->done();
  }
  void submit(std::string_view, std::unique_ptr<Update> update) override {
    Record scratch;
    update->change(scratch);
    update->done(make_error_code(boost::system::errc::io_error));
  }
  void remove_flow(const Flow&) override {}
  void remove_dead(std::string_view, Dead) override {}
  std::optional<Dialect> registered_over(const Flow&, Instant) override { return std::nullopt; }
  void sweep(Instant) override {}
  std::size_t size() const override { return 0; }
};

TEST_F(BindingRules, AStoreThatFailsIsAnswered503) {
  FailingStore failing;
  Registrar registrar{options, domains, failing, EncryptedGruus{TokenKeys::from({token_key(1)})},
                      [] { return 1; }};
  std::string text = Register{.fields = {"Contact: <sip:a@192.0.2.1>"}}.text();
  const sip::Uri to = uri_of("sip:alice@example.com");
  int status = 0;
  registrar.process(*sip::Message::parse(text, {}), to, {1}, flow_from(Protocol::tcp, "192.0.2.1", 40000),
                    now, [&](const Answer& answer) { status = answer.status; });
  EXPECT_EQ(status, 503);
}

// Runs changes twice, and calls back when told.
class LateStore final : public LocationService {
 public:
  void submit(std::string_view aor, std::unique_ptr<Lookup> lookup) override {
    late.push_back([this, aor = std::string{aor}, lookup = std::shared_ptr<Lookup>(std::move(lookup))] {
      lookup->visit(records[aor]);
      lookup->done();
    });
  }
  void submit(std::string_view aor, std::unique_ptr<Update> update) override {
    late.push_back([this, aor = std::string{aor}, update = std::shared_ptr<Update>(std::move(update))] {
      Record discarded = records[aor];
      update->change(discarded);
      update->change(records[aor]);
      update->done({});
    });
  }
  void remove_flow(const Flow&) override {}
  void remove_dead(std::string_view, Dead) override {}
  std::optional<Dialect> registered_over(const Flow&, Instant) override { return std::nullopt; }
  void sweep(Instant) override {}
  std::size_t size() const override { return 0; }

  void run() {
    for (auto& call : std::exchange(late, {})) call();
  }
  std::map<std::string, Record> records;
  std::vector<std::function<void()>> late;
};

TEST_F(BindingRules, AStoreMayAnswerLaterAndRunAChangeMoreThanOnce) {
  LateStore later;
  Registrar registrar{options, domains, later, EncryptedGruus{TokenKeys::from({token_key(1)})},
                      [] { return 1; }};
  std::vector<Answer> answers;
  const sip::Uri to = uri_of("sip:alice@example.com");
  const auto keep = [&](const Answer& answer) { answers.push_back(answer); };
  for (const char* field : {"Contact: <sip:a@192.0.2.1>", "X: y"}) {
    std::string text = Register{.fields = {field}}.text();
    registrar.process(*sip::Message::parse(text, {}), to, {1}, flow_from(Protocol::tcp, "192.0.2.1", 40000),
                      now, keep);
    text.assign(text.size(), '?');
    later.run();
  }
  ASSERT_EQ(answers.size(), 2);
  EXPECT_THAT(contacts(answers[0]), ElementsAre("<sip:a@192.0.2.1>;expires=3600"));
  EXPECT_THAT(contacts(answers[1]), ElementsAre("<sip:a@192.0.2.1>;expires=3600"));

  std::optional<Located> located;
  registrar.locate(uri_of("sip:alice@example.com"), now, [&](Located found) { located = std::move(found); });
  EXPECT_FALSE(located);
  later.run();
  ASSERT_TRUE(located);
  EXPECT_EQ(located->targets.size(), 1);
}

}  // namespace
}  // namespace flowgate::registrar
