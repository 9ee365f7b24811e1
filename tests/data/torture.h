// The messages of RFC 4475 ("Session Initiation Protocol (SIP) Torture Test Messages") and RFC 5118 ("... for
// Internet Protocol Version 6 (IPv6)"), each with the verdict of its section.
//
// rfc4475/ holds the files of that RFC's Appendix A, octet for octet. The archive of RFC 5118 has lone LFs
// for line ends: rfc5118/ has the same messages with CRLF, and with the empty line that two of them lack
// there.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace flowgate::test {

// What a server does with a message; other values are the status that it answers.
inline constexpr int discarded = 0;
inline constexpr int processed = 1;

struct Torture {
  int rfc;
  const char* section;
  const char* name;
  // What is malformed: "" for nothing, else what kind of part it is that cannot be read.
  const char* malformed;
  int verdict;       // the RFC's
  int edge;          // what the edge proxy and registrar of example.com does
  const char* note;  // why it does that when the RFC leaves a choice, or says otherwise
};

// clang-format off
inline constexpr Torture torture_messages[] = {
    {4475, "3.1.1.1",  "wsinv",      "",             processed, 403, "a Route to a foreign domain, from a stranger"},
    {4475, "3.1.1.2",  "intmeth",    "",             processed, processed, ""},
    {4475, "3.1.1.3",  "esc01",      "",             processed, 403, "for example.net, from a stranger"},
    {4475, "3.1.1.4",  "escnull",    "",             200, 404, "no AOR here holds a control character: it would end up in stores and logs"},
    {4475, "3.1.1.5",  "esc02",      "",             processed, 403, "for registrar.example.com, from a stranger"},
    {4475, "3.1.1.6",  "lwsdisp",    "",             processed, processed, ""},
    {4475, "3.1.1.7",  "longreq",    "",             processed, processed, ""},
    {4475, "3.1.1.8",  "dblreq",     "",             200, 200, ""},
    {4475, "3.1.1.9",  "semiuri",    "",             processed, processed, ""},
    {4475, "3.1.1.10", "transports", "",             processed, processed, ""},
    {4475, "3.1.1.11", "mpart01",    "",             processed, 403, "for example.org, from a stranger"},
    {4475, "3.1.1.12", "unreason",   "",             processed, discarded, "no transaction of ours (RFC 3261 §18.1.2)"},
    {4475, "3.1.1.13", "noreason",   "",             processed, discarded, "no transaction of ours (RFC 3261 §18.1.2)"},
    {4475, "3.1.2.1",  "badinv01",   "Via",          400, discarded, "no way back can be read in the Via"},
    {4475, "3.1.2.2",  "clerr",      "number",       400, 400, ""},
    {4475, "3.1.2.3",  "ncl",        "number",       400, 400, ""},
    {4475, "3.1.2.4",  "scalar02",   "CSeq",         400, 400, ""},
    {4475, "3.1.2.5",  "scalarlg",   "CSeq",         discarded, discarded, ""},
    {4475, "3.1.2.6",  "quotbal",    "To",           400, 400, ""},
    {4475, "3.1.2.7",  "ltgtruri",   "start line",   400, 400, ""},
    {4475, "3.1.2.8",  "lwsruri",    "start line",   400, 400, ""},
    {4475, "3.1.2.9",  "lwsstart",   "start line",   400, 400, ""},
    {4475, "3.1.2.10", "trws",       "start line",   400, 400, ""},
    {4475, "3.1.2.11", "escruri",    "",             400, processed, "\"could choose to be liberal\": what is forwarded is without the headers"},
    {4475, "3.1.2.12", "baddate",    "",             processed, processed, "\"shouldn't\" be rejected by who has no use for the Date"},
    {4475, "3.1.2.13", "regbadct",   "Contact",      400, 400, ""},
    {4475, "3.1.2.14", "badaspec",   "To",           400, 400, ""},
    {4475, "3.1.2.15", "baddn",      "From",         400, 400, ""},
    {4475, "3.1.2.16", "badvers",    "",             505, 505, ""},
    {4475, "3.1.2.17", "mismatch01", "",             400, 400, ""},
    {4475, "3.1.2.18", "mismatch02", "",             501, 400, "\"also acceptable\""},
    {4475, "3.1.2.19", "bigcode",    "start line",   discarded, discarded, ""},
    {4475, "3.2.1",    "badbranch",  "",             processed, processed, "falls back to RFC 2543's transaction identifier"},
    {4475, "3.3.1",    "insuf",      "",             400, 400, ""},
    {4475, "3.3.2",    "unkscm",     "",             416, 416, ""},
    {4475, "3.3.3",    "novelsc",    "",             416, 416, ""},
    {4475, "3.3.4",    "unksm2",     "",             400, 400, ""},
    {4475, "3.3.5",    "bext01",     "",             420, 420, ""},
    {4475, "3.3.6",    "invut",      "",             processed, processed, ""},
    {4475, "3.3.7",    "regaut01",   "",             200, 200, "authentication is off"},
    {4475, "3.3.8",    "multi01",    "",             400, 400, ""},
    {4475, "3.3.9",    "mcl01",      "number",       400, 400, ""},
    {4475, "3.3.10",   "bcast",      "",             discarded, discarded, ""},
    {4475, "3.3.11",   "zeromf",     "",             483, 483, ""},
    {4475, "3.3.12",   "cparam01",   "",             200, 200, ""},
    {4475, "3.3.13",   "cparam02",   "",             200, 200, ""},
    {4475, "3.3.14",   "regescrt",   "",             200, 403, "its Contact is the AOR itself: requests would come back to us"},
    {4475, "3.3.15",   "sdp01",      "",             processed, processed, "406 and 400 are for the UAS"},
    {4475, "3.4.1",    "inv2543",    "",             processed, processed, ""},

    {5118, "4.1",  "ipv6-good",                     "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.2",  "ipv6-bad",                      "Request-URI", 400, 400, ""},
    {5118, "4.3",  "port-ambiguous",                "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.4",  "port-unambiguous",              "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.5",  "via-received-param-with-delim", "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.5",  "via-received-param-no-delim",   "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.6",  "ipv6-in-sdp",                   "number",      processed, 400, "the Content-Length counts 17 octets too many"},
    {5118, "4.7",  "mult-ip-in-header",             "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.8",  "mult-ip-in-sdp",                "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.9",  "ipv4-mapped-ipv6",              "",            processed, processed, ""},
    {5118, "4.10", "ipv6-bug-abnf-3-colons",        "",            processed, 403, "for another's domain, from a stranger"},
    {5118, "4.10", "ipv6-correct-abnf-2-colons",    "",            processed, 403, "for another's domain, from a stranger"},
};
// clang-format on

inline std::string octets_of(int rfc, const std::string& name) {
  const auto folder = std::filesystem::path(__FILE__).parent_path() / ("rfc" + std::to_string(rfc));
  std::ifstream file(folder / (name + ".dat"), std::ios::binary);
  std::string octets{std::istreambuf_iterator<char>(file), {}};
  // Appendix A's baddn ends in front of the empty line, which is not its point.
  if (name == "baddn") octets += "\r\n";
  return octets;
}

// The name of a test: "S3_1_1_1_wsinv".
inline std::string test_name(const Torture& message) {
  std::string name = "S" + std::string(message.section) + "_" + message.name;
  for (char& c : name) {
    if (c == '.' || c == '-') c = '_';
  }
  return name;
}

}  // namespace flowgate::test
