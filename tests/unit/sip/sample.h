// Messages for the tests of this floor.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "sip/message.h"

namespace flowgate::sip {

// Lines as a person writes them, with the line ends of the wire.
inline std::string crlf(std::string_view lines) {
  std::string out;
  for (const char c : lines) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

// A parsed message together with the text that it views.
class Sample {
 public:
  explicit Sample(std::string text, const Limits& limits = {})
      : text_(std::make_unique<std::string>(std::move(text))),
        message_(Message::parse({text_->data(), text_->size()}, limits)) {}

  bool parsed() const { return message_.has_value(); }
  boost::system::error_code error() const {
    return message_ ? boost::system::error_code{} : message_.error();
  }
  const Message& get() const { return message_.value(); }
  const Message* operator->() const { return &message_.value(); }

 private:
  std::unique_ptr<std::string> text_;
  Result<Message> message_;
};

// A request with these header field lines ("Name: value\n" each).
inline Sample request_with(std::string_view fields) {
  return Sample{crlf("OPTIONS sip:bob@example.com SIP/2.0\n" + std::string{fields} + "\n")};
}

inline const std::string register_text = crlf(
    "REGISTER sip:example.com SIP/2.0\n"
    "Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKnashds7;rport\n"
    "Max-Forwards: 70\n"
    "From: Bob <sip:bob@example.com>;tag=7F94778B653B\n"
    "To: Bob <sip:bob@example.com>\n"
    "Call-ID: 16CB75F21C70@192.0.2.2\n"
    "CSeq: 1 REGISTER\n"
    "Supported: path, outbound, gruu\n"
    "Route: <sip:ep1.example.com;lr>\n"
    "Contact: "
    "<sip:bob@192.0.2.2>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\"\n"
    "User-Agent: bob/1.0\n"
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, NOTIFY\n"
    "Expires: 3600\n"
    "Content-Length: 0\n"
    "\n");

// RFC 4475 §3.1.1.1, wsinv.
inline const std::string wsinv_body = crlf(
    "v=0\n"
    "o=mhandley 29739 7272939 IN IP4 192.0.2.3\n"
    "s=-\n"
    "c=IN IP4 192.0.2.4\n"
    "t=0 0\n"
    "m=audio 49217 RTP/AVP 0 12\n"
    "m=video 3227 RTP/AVP 31\n"
    "a=rtpmap:31 LPC\n");
inline const std::string wsinv = crlf(R"(INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

)") + wsinv_body;

}  // namespace flowgate::sip
