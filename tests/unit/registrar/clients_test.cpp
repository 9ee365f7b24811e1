// REGISTER requests as UAs in the field send them, and what each of them looks for in the 200.
#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string lines(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (const std::string_view line : lines) (text += line) += "\r\n";
  return text += "\r\n";
}

class Clients : public Site {};

// Starts its keepalives on Require: outbound only; finds its Contact by user part, then needs the same
// address and transport; takes pub-gruu.
TEST_F(Clients, Baresip) {
  const Flow flow = flow_from(Protocol::tcp, "127.0.0.1", 40001);
  const std::string contact =
      "<sip:u-0x562791e4af70@127.0.0.1:30252;transport=tcp>;+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-"
      "a765-00a0c91e6bf6>\"";
  const auto text = [&](const char* call_id, const char* reg_id) {
    return lines(
        {"REGISTER sip:example.com;transport=tcp SIP/2.0",
         "Via: SIP/2.0/TCP 127.0.0.1:30252;branch=z9hG4bK2f9bd5c5a1d0ab5c;rport",
         "Contact: "
         "<sip:u-0x562791e4af70@127.0.0.1:30252;transport=tcp>;expires=60;+sip.instance=\"<urn:uuid:f81d4fae-"
         "7dec-11d0-a765-00a0c91e6bf6>\";reg-id=" +
             std::string{reg_id},
         "Max-Forwards: 70", "Route: <sip:127.0.0.1:5060;transport=tcp;lr>", "To: <sip:u@example.com>",
         "From: <sip:u@example.com>;tag=7ec8a2a3b5f6d1c0", "Call-ID: " + std::string{call_id},
         "CSeq: 48601 REGISTER", "User-Agent: baresip v1.0.0 (x86_64/linux)",
         "Supported: gruu, outbound, path",
         "Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,NOTIFY,SUBSCRIBE,INFO,MESSAGE,REFER", "Content-Length: 0"});
  };
  const Answer answer = send_text(text("1", "1"), flow);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_THAT(values(answer, "Flow-Timer"), ElementsAre("120"));
  EXPECT_THAT(contacts(answer),
              ElementsAre(StartsWith(contact + ";reg-id=1;expires=60;pub-gruu=\"sip:u@example.com;gr=")));

  const Answer second = send_text(text("2", "2"), flow_from(Protocol::tcp, "127.0.0.1", 40002));
  EXPECT_THAT(contacts(second), ElementsAre(StartsWith(contact + ";reg-id=1;expires=60;"),
                                            StartsWith(contact + ";reg-id=2;expires=60;")));
  store.remove_flow(flow);
  EXPECT_EQ(locate("sip:u@example.com;gr=" + std::string{uuid}).targets.size(), 1);
}

// A new Contact URI at each start, with the same instance-id and reg-id.
TEST_F(Clients, BaresipRestarted) {
  for (const char* pointer : {"0x562791e4af70", "0x55d0c0ffee00"}) {
    const std::string contact =
        "Contact: <sip:u-" + std::string{pointer} +
        "@127.0.0.1:30252;transport=tcp>;expires=60;+sip.instance=\"<urn:x:1>\";reg-id=1";
    send({.call_id = pointer, .fields = {contact, "Supported: gruu, outbound, path"}});
  }
  EXPECT_THAT(targets("sip:alice@example.com"),
              ElementsAre("sip:u-0x55d0c0ffee00@127.0.0.1:30252;transport=tcp"));
}

// Outbound is active only on Require: outbound; on 439 it tries again without.
TEST_F(Clients, Pjsip) {
  const std::string contact =
      "<sip:u@10.0.2.15:43210;transport=TLS>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-"
      "0000deadbeef>\"";
  const Flow flow = flow_from(Protocol::tls, "203.0.113.7", 50321);
  const std::vector<std::string> via{"SIP/2.0/TLS 10.0.2.15:43210;rport;branch=z9hG4bKPj1;alias"};
  const Answer answer = send({.to = "<sip:u@example.com>",
                              .fields = {"Supported: outbound, path", "Contact: " + contact, "Expires: 300"},
                              .vias = via,
                              .flow = flow});
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_THAT(contacts(answer), ElementsAre(contact + ";expires=300"));

  std::vector<std::string> behind_proxy = via;
  behind_proxy.insert(behind_proxy.begin(), "SIP/2.0/TLS 203.0.113.9");
  EXPECT_EQ(
      send({.cseq = 2, .fields = {"Supported: outbound, path", "Contact: " + contact}, .vias = behind_proxy})
          .status,
      439);
  EXPECT_EQ(
      send({.cseq = 3, .fields = {"Supported: path", "Contact: " + contact}, .vias = behind_proxy}).status,
      200);
}

// No reg-id, no path, no brackets in the To; pub-gruu becomes its Contact; "outbound" in Supported of the 200
// switches its keepalive on.
TEST_F(Clients, Linphone) {
  const Flow flow = flow_from(Protocol::tcp, "127.0.0.1", 48132);
  const auto text = [](const char* cseq, std::string_view contacts) {
    return lines({"REGISTER sip:example.com SIP/2.0",
                  "Via: SIP/2.0/TCP 127.0.0.1:48132;alias;branch=z9hG4bK.KzJ~h4t4v;rport",
                  "From: <sip:u@example.com>;tag=KzcUSTXoN", "To: sip:u@example.com",
                  std::string{"CSeq: "} + cseq + " REGISTER", "Call-ID: 5N7~QGnWyk", "Max-Forwards: 70",
                  "Supported: replaces, outbound, gruu", "Accept: application/sdp", contacts, "Expires: 3600",
                  "User-Agent: Linphone Daemon/4.4.0 (belle-sip/5.2.0)"});
  };
  const std::string_view first =
      "Contact: "
      "<sip:u@127.0.0.1:48132;transport=tcp>;+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"
      "\"";
  const Answer answer = send_text(text("20", first), flow);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_THAT(values(answer, "Supported"), ElementsAre("outbound, path, gruu"));
  EXPECT_EQ(quoted_param(contacts(answer).at(0), "pub-gruu"), "sip:u@example.com;gr=" + std::string{uuid});

  // The old Contact with expires=0 beside the new one.
  const Answer moved =
      send_text(text("21",
                     "Contact: "
                     "<sip:u@127.0.0.1:48200;transport=tcp;pn-provider=fcm;pn-prid=a:b>;+sip.instance=\"<urn:"
                     "uuid:f81d4fae-7dec-"
                     "11d0-a765-00a0c91e6bf6>\", "
                     "<sip:u@127.0.0.1:48132;transport=tcp>;expires=0;+sip.instance=\"<urn:uuid:f81d4fae-"
                     "7dec-11d0-a765-00a0c91e6bf6>\""),
                flow);
  EXPECT_THAT(contacts(moved),
              ElementsAre(StartsWith("<sip:u@127.0.0.1:48200;transport=tcp;pn-provider=fcm;pn-prid=a:b>;")));
  const Located located = locate("sip:u@example.com;gr=" + std::string{uuid});
  ASSERT_EQ(located.targets.size(), 1);
  EXPECT_TRUE(located.targets[0].by_flow);
}

std::string jssip(std::string_view cseq, std::string_view call_id) {
  return lines({"REGISTER sip:example.com SIP/2.0",
                "Via: SIP/2.0/WS 1m3eimf14fju.invalid;branch=z9hG4bK7625091", "Max-Forwards: 69",
                "To: <sip:u@example.com>", "From: \"u\" <sip:u@example.com>;tag=i9jqn7ab8c",
                "Call-ID: " + std::string{call_id}, "CSeq: " + std::string{cseq} + " REGISTER",
                "Contact: "
                "<sip:g3mcjek4@1m3eimf14fju.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance=\"<urn:"
                "uuid:f81d4fae-7dec-"
                "11d0-a765-00a0c91e6bf6>\";expires=60",
                "Expires: 60", "Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY",
                "Supported: path,gruu,outbound", "User-Agent: JsSIP 3.10.0", "Content-Length: 0"});
}

// The 200 is ignored unless it holds its Contact: the same +sip.instance with its quotes, and reg-id.
TEST_F(Clients, Jssip) {
  const Flow flow = flow_from(Protocol::ws, "127.0.0.1", 40003),
             later = flow_from(Protocol::ws, "127.0.0.1", 40004);
  const Answer answer = send_text(jssip("1", "a1"), flow);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(contacts(answer),
              ElementsAre(StartsWith(
                  "<sip:g3mcjek4@1m3eimf14fju.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance=\"<"
                  "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\";expires=60;pub-gruu=\"")));
  // It reconnects with the same Contact and Call-ID: the new socket counts, the old one's end takes nothing.
  EXPECT_EQ(send_text(jssip("2", "a1"), later).status, 200);
  store.remove_flow(flow);
  ASSERT_EQ(locate("sip:u@example.com").targets.size(), 1);
  EXPECT_EQ(locate("sip:u@example.com").targets[0].flow, later);
  EXPECT_EQ(locate("sip:u@example.com").targets[0].uri, "sip:g3mcjek4@1m3eimf14fju.invalid;transport=ws");
}

// Needs an expires parameter; matches by user part, whole URI or pub-gruu.
TEST_F(Clients, SipJs) {
  const Flow flow = flow_from(Protocol::wss, "127.0.0.1", 40005);
  const std::string contact = "<sip:s1tk9p7o@qvfbqm2l5arn.invalid;transport=ws>";
  const Register plain{.fields = {"Contact: " + contact + ";expires=600", "Supported: outbound, path, gruu"},
                       .vias = {"SIP/2.0/WSS qvfbqm2l5arn.invalid;branch=z9hG4bK1"},
                       .flow = flow};
  EXPECT_THAT(contacts(send(plain)), ElementsAre(contact + ";expires=600"));
  EXPECT_TRUE(binding().by_flow);

  // Up to 0.20.0 the GRUU that it was given is the Contact of its next REGISTER.
  Register with_gruu = plain;
  with_gruu.to = "<sip:bob@example.com>";
  with_gruu.fields[0] += ";reg-id=1;+sip.instance=\"<" + std::string{uuid} + ">\"";
  const std::string gruu = quoted_param(contacts(send(with_gruu)).at(0), "pub-gruu");
  with_gruu.fields[0] =
      "Contact: <" + gruu + ">;reg-id=1;+sip.instance=\"<" + std::string{uuid} + ">\";expires=600";
  with_gruu.cseq = 2;
  const Answer answer = send(with_gruu);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(quoted_param(contacts(answer).at(0), "pub-gruu"), gruu);
  const Located located = locate(gruu);
  ASSERT_EQ(located.targets.size(), 1);
  EXPECT_TRUE(located.targets[0].by_flow);
  EXPECT_EQ(located.targets[0].uri, gruu);
}

// A plain binding; outbound in Supported alone is neither refused nor required.
TEST_F(Clients, Zoiper) {
  const Answer answer = send_text(
      lines({"REGISTER sip:example.com;transport=UDP SIP/2.0",
             "Via: SIP/2.0/UDP 192.168.1.5:35060;branch=z9hG4bK-524287-1---abc", "Max-Forwards: 70",
             "Contact: <sip:u@192.168.1.5:35060;rinstance=b0b1c2d3e4f5a697;transport=UDP>",
             "To: <sip:u@example.com;transport=UDP>", "From: <sip:u@example.com;transport=UDP>;tag=9bd45a3f",
             "Call-ID: XGOsaTfYKYMVhVWqoiJLdg..", "CSeq: 1 REGISTER", "Expires: 60",
             "Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE",
             "Supported: replaces, norefersub, extended-refer, timer, sec-agree, outbound, path, "
             "X-cisco-serviceuri",
             "User-Agent: Z 5.4.12", "Allow-Events: presence, kpml, talk", "Content-Length: 0"}),
      flow_from(Protocol::udp, "203.0.113.20", 61000));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_THAT(contacts(answer),
              ElementsAre("<sip:u@192.168.1.5:35060;rinstance=b0b1c2d3e4f5a697;transport=UDP>;expires=60"));
  ASSERT_EQ(locate("sip:u@example.com").targets.size(), 1);
  EXPECT_TRUE(locate("sip:u@example.com").targets[0].by_flow);
}

// kamailio/kamailio#3181: reg-id, but no "outbound".
TEST_F(Clients, Grandstream) {
  const std::string contact =
      "<sip:u@192.0.2.1:5060>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000B82AABBCC>\"";
  const Answer answer = send({.fields = {"Contact: " + contact, "Supported: path"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_THAT(contacts(answer), ElementsAre(contact + ";expires=3600"));
}

// A plain Contact; asks for its bindings with a REGISTER without one.
TEST_F(Clients, Twinkle) {
  EXPECT_THAT(contacts(send({.fields = {"Contact: <sip:u@192.0.2.1:5060>;expires=3600"}})),
              ElementsAre("<sip:u@192.0.2.1:5060>;expires=3600"));
  EXPECT_THAT(contacts(send({.cseq = 2})), ElementsAre("<sip:u@192.0.2.1:5060>;expires=3600"));
}

// No angle brackets anywhere.
TEST_F(Clients, Sipsak) {
  EXPECT_THAT(contacts(send({.to = "sip:alice@example.com",
                             .fields = {"Contact: sip:alice@192.0.2.1:5060", "Expires: 15000"}})),
              ElementsAre("sip:alice@192.0.2.1:5060;expires=7200"));
}

// sips throughout.
TEST_F(Clients, Jami) {
  const Flow flow = flow_from(Protocol::tls, "203.0.113.7", 50321);
  const Answer answer =
      send({.to = "<sips:u@example.com>",
            .fields = {"Contact: <sips:u@192.168.1.7:43210;transport=TLS>", "Supported: outbound, path"},
            .vias = {"SIP/2.0/TLS 192.168.1.7:43210;rport;branch=z9hG4bKPj1"},
            .flow = flow});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(targets("sip:u@example.com"), ElementsAre("sips:u@192.168.1.7:43210;transport=TLS"));
}

}  // namespace
}  // namespace flowgate::registrar
