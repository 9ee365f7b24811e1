#include "registrar/reg_event/document.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "registrar/gruu.h"
#include "registrar/reg_event/xml.h"
#include "sip/address.h"
#include "sip/text.h"

namespace flowgate::reg_event {
namespace {

using std::chrono::seconds;

constexpr std::string_view prolog =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" xmlns:gr=\"urn:ietf:params:xml:ns:gruuinfo\"";
constexpr std::string_view epilog = "</registration>\n</reginfo>\n";

std::string id_text(std::uint64_t id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[id >> shift & 15];
  return text;
}

std::string_view state_of(const Registration& registration, bool tells_of_contacts) {
  if (registration.active()) return "active";
  // §4.7.1: terminated becomes init at once, and that is not told: terminated is told with the contacts that
  // went.
  return tells_of_contacts ? "terminated" : "init";
}

// Writes the contact elements of one document.
class ContactWriter {
 public:
  explicit ContactWriter(const Registration& registration, const DocumentTerms& terms)
      : registration_(registration), terms_(terms) {}

  std::string whole(const Contact& contact) {
    std::string out = begin(contact);
    const auto address = sip::Address::parse(contact.value);
    if (address) append_params(*address, out);
    if (contact.active && !contact.instance.empty()) append_gruus(contact, out);
    return out += "</contact>\n";
  }

  // Without what is optional.
  std::string brief(const Contact& contact) { return begin(contact) += "</contact>\n"; }

 private:
  std::string begin(const Contact& contact) {
    std::string out = "<contact";
    append_attribute(out, "id", id_text(contact.id));
    append_attribute(out, "state", contact.active ? "active" : "terminated");
    append_attribute(out, "event", event_name(contact.event));
    append_times(contact, out);
    if (!contact.call_id.empty()) {
      append_attribute(out, "callid", contact.call_id);
      append_attribute(out, "cseq", std::to_string(contact.cseq));
    }
    const auto address = sip::Address::parse(contact.value);
    if (const auto q = address ? address->params.find("q") : std::nullopt) append_attribute(out, "q", *q);
    out += '>';
    append_element(out, "uri", contact.uri);
    if (address && !address->display.empty())
      append_element(out, "display-name", sip::unquote(address->display));
    return out;
  }

  // §5.1: duration-registered is "the amount of time that the contact has been bound"; expires MAY be there
  // "with any event attribute value for which the state of the contact is active".
  void append_times(const Contact& contact, std::string& out) const {
    const Instant until = contact.active ? terms_.now : std::min(terms_.now, contact.expires);
    const auto bound = std::chrono::floor<seconds>(std::max(until, contact.registered) - contact.registered);
    append_attribute(out, "duration-registered", std::to_string(bound.count()));
    if (!contact.active) return;
    const auto left = std::chrono::ceil<seconds>(std::max(contact.expires, terms_.now) - terms_.now);
    append_attribute(out, "expires", std::to_string(left.count()));
  }

  // §5.1: "contact header field parameters that are not specified in RFC 3261"; that has q and expires.
  static void append_params(const sip::Address& address, std::string& out) {
    for (const sip::Param& param : address.params) {
      if (sip::equals_nocase(param.name, "q") || sip::equals_nocase(param.name, "expires")) continue;
      out += "<unknown-param";
      append_attribute(out, "name", param.name);
      out += '>';
      append_escaped(out, param.value);
      out += "</unknown-param>";
    }
  }

  // RFC 5628 §5. Subscribers are those who may register to the AOR, so they may know its temporary GRUUs. All
  // that carry the epoch are valid; first-cseq is that of the REGISTER that drew it.
  void append_gruus(const Contact& contact, std::string& out) {
    out += "<gr:pub-gruu";
    append_attribute(out, "uri", registrar::public_gruu(terms_.aor, contact.instance));
    out += "/>";
    const std::string& temporary = temporary_gruu(contact);
    if (temporary.empty()) return;
    out += "<gr:temp-gruu";
    append_attribute(out, "uri", temporary);
    append_attribute(out, "first-cseq", std::to_string(contact.first_cseq));
    out += "/>";
  }

  // §5: of contacts that "share the same instance ID" the GRUUs "are identical".
  const std::string& temporary_gruu(const Contact& contact) {
    std::string instance = registrar::canonical_instance(contact.instance);
    const auto known = std::ranges::find(minted_, instance, &Minted::instance);
    if (known != minted_.end()) return known->uri;
    std::string uri = terms_.gruus.mint(terms_.aor, {registration_.aor(), contact.instance, contact.epoch});
    return minted_.emplace_back(Minted{std::move(instance), std::move(uri)}).uri;
  }

  struct Minted {
    std::string instance, uri;
  };
  const Registration& registration_;
  const DocumentTerms& terms_;
  std::vector<Minted> minted_;
};

}  // namespace

Document write_document(const Registration& registration, std::uint32_t version, std::uint64_t told,
                        bool full, const DocumentTerms& terms) {
  std::string aor, contacts;
  registrar::append_aor(aor, terms.aor);

  const std::string number = std::to_string(version);
  const auto head = [&](bool complete, std::string_view state) {
    std::string out{prolog};
    append_attribute(out, "version", number);
    append_attribute(out, "state", complete ? "full" : "partial");
    out += ">\n<registration";
    append_attribute(out, "aor", aor);
    append_attribute(out, "id", id_text(registration.id()));
    append_attribute(out, "state", state);
    return out += ">\n";
  };
  const std::size_t around = head(false, "terminated").size() + epilog.size();
  const std::size_t room = terms.max_bytes - std::min(terms.max_bytes, around);

  Document document{{}, registration.changes()};
  ContactWriter writer{registration, terms};
  bool complete = full;
  for (const Contact* contact : registration.contacts(told, full)) {
    std::string element = writer.whole(*contact);
    // One that fits into no document.
    if (element.size() > room) element = writer.brief(*contact);
    if (element.size() > room) continue;
    if (contacts.size() + element.size() > room) {
      document.told = contact->change - 1;
      complete = false;
      break;
    }
    contacts += element;
  }
  document.text = head(complete, state_of(registration, !contacts.empty())) + contacts;
  document.text += epilog;
  return document;
}

}  // namespace flowgate::reg_event
