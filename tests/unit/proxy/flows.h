// Flows, tokens and messages for the tests of this floor: an edge at 192.0.2.1, a UA at 198.51.100.7.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "flowtoken/token.h"
#include "proxy/local_addresses.h"
#include "sip/message.h"
#include "sip/uri.h"

namespace flowgate::proxy {

inline Endpoint endpoint(std::string_view address, std::uint16_t port) {
  const auto endpoint = Endpoint::from(address, port);
  if (!endpoint) throw std::runtime_error("not an address: " + std::string{address});
  return *endpoint;
}

inline Flow udp_flow(std::string_view remote, std::uint16_t port) {
  return {Protocol::udp, endpoint("192.0.2.1", 5060), endpoint(remote, port), 0};
}

inline Flow stream_flow(Protocol protocol, std::uint16_t local_port, std::string_view remote,
                        std::uint16_t port) {
  return {protocol, endpoint("192.0.2.1", local_port), endpoint(remote, port), std::uint64_t{port} << 8};
}

inline const Flow ua_flow = udp_flow("198.51.100.7", 40000);

inline LocalAddresses edge_addresses() {
  return {{{Protocol::udp, endpoint("192.0.2.1", 5060)},
           {Protocol::tcp, endpoint("192.0.2.1", 5060)},
           {Protocol::tls, endpoint("192.0.2.1", 5061)}},
          {}};
}

inline TokenKey token_key(std::uint8_t id) {
  TokenKey key{id, {}};
  key.secret.fill(id);
  return key;
}

inline FlowTokens tokens_of(std::uint8_t id) {
  return FlowTokens{TokenKeys::from({token_key(id)})};
}

// A URI that the test knows to be one. Views `text`.
inline sip::Uri uri_of(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (!uri) throw std::runtime_error("not a URI: " + std::string{text});
  return *uri;
}

// Lines as a person writes them, with the line ends of the wire.
inline std::string with_line_ends(std::string_view lines) {
  std::string text;
  for (const char c : lines) {
    if (c == '\n') text += '\r';
    text += c;
  }
  return text;
}

// A parsed message, together with the text that it views.
class Parsed {
 public:
  explicit Parsed(std::string_view lines, const sip::Limits& limits = {})
      : text_(std::make_unique<std::string>(with_line_ends(lines))) {
    const auto message = sip::Message::parse({text_->data(), text_->size()}, limits);
    if (!message) throw std::runtime_error(message.error().message() + ": " + *text_);
    message_ = *message;
  }
  const sip::Message& get() const { return message_; }
  const sip::Message* operator->() const { return &message_; }
  const std::string& text() const { return *text_; }

 private:
  std::unique_ptr<std::string> text_;
  sip::Message message_;
};

}  // namespace flowgate::proxy
