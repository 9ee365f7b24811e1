#include "registrar/reg_event/contact.h"

#include "flowtoken/keyed_hash.h"
#include "registrar/instance_id.h"

namespace flowgate::reg_event {
namespace {

// A Contact may be as long as a message; what a UA has to say of itself is not.
constexpr std::size_t max_value_bytes = 4096, max_call_id_bytes = 256;

std::string unless_longer(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : std::string{};
}

}  // namespace

std::string_view event_name(Event event) {
  switch (event) {
    case Event::registered:
      return "registered";
    case Event::refreshed:
      return "refreshed";
    case Event::shortened:
      return "shortened";
    case Event::expired:
      return "expired";
    case Event::deactivated:
      return "deactivated";
    case Event::unregistered:
      return "unregistered";
  }
  return {};
}

void Contact::set(const registrar::Binding& binding) {
  value = unless_longer(binding.contact, max_value_bytes);
  uri = binding.uri;
  instance = binding.instance;
  call_id = unless_longer(binding.call_id, max_call_id_bytes);
  cseq = binding.cseq;
  first_cseq = binding.first_cseq;
  epoch = binding.epoch;
  registered = binding.registered;
  updated = binding.updated;
  expires = binding.expires;
}

bool Contact::was_refreshed(const registrar::Binding& binding) const {
  return updated != binding.updated || cseq != binding.cseq ||
         call_id != unless_longer(binding.call_id, max_call_id_bytes);
}

bool Contact::differs(const registrar::Binding& binding) const {
  return was_refreshed(binding) || expires != binding.expires || epoch != binding.epoch;
}

std::uint64_t contact_id(const registrar::Binding& binding) {
  std::string text;
  if (binding.outbound) {
    text = registrar::canonical_instance(binding.instance);
    text += '\0';
    text += std::to_string(binding.reg_id);
  } else {
    text = binding.uri;
  }
  return siphash24(process_hash_key(), text);
}

}  // namespace flowgate::reg_event
