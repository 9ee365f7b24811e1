// An address whose header parameters are handed on as they are read: for whoever looks for some of them.
#pragma once

#include "sip/address.h"
#include "sip/params_reader.h"

namespace flowgate::sip {

// ( name-addr / addr-spec ) *( SEMI generic-param )
template <class Visit>
boost::system::error_code Address::read(std::string_view text, const Limits& limits, Address& address,
                                        Visit visit) {
  std::string_view params;
  if (const auto error = parse_to_params(text, limits, address, params)) return error;
  return Params::read(params, limits, address.params, visit);
}

}  // namespace flowgate::sip
