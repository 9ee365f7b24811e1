#include "flowtoken/token.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cctype>
#include <set>
#include <tuple>

#include "flowtoken/base64url.h"

namespace flowgate {
namespace {

using Octets = std::vector<std::uint8_t>;

TokenKey key(std::uint8_t id) {
  TokenKey key;
  key.id = id;
  for (std::size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<std::uint8_t>(id + 3 * i);
  return key;
}

Endpoint at(std::string_view address, std::uint16_t port) {
  return *Endpoint::from(address, port);
}

Flow flow(Protocol protocol, bool v6) {
  Flow flow;
  flow.protocol = protocol;
  flow.local = v6 ? at("2001:db8::5060", 5060) : at("192.0.2.1", 5060);
  flow.remote = v6 ? at("2001:db8:ffff:1:2:3:4:5", 65535) : at("198.51.100.255", 40000);
  flow.serial = is_stream(protocol) ? 0xfedcba9876543203 : 0;
  return flow;
}

std::string mint(FlowTokens& tokens, const Flow& flow, Dialect dialect = Dialect::rfc) {
  std::string text;
  tokens.mint(flow, dialect, text);
  return text;
}

Octets decode(std::string_view text) {
  Octets octets(text.size() * 6 / 8);
  EXPECT_TRUE(decode_base64url(text, octets));
  return octets;
}

std::string encode(const Octets& octets) {
  std::string text;
  encode_base64url(octets, text);
  return text;
}

// The MAC as the comment in token.h defines it, by another function of OpenSSL.
void sign(Octets& token, const TokenKey& key) {
  Octets covered(token.begin() + 13, token.end());
  covered.insert(covered.begin(), token[0]);
  std::array<std::uint8_t, 32> digest;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()), covered.data(), covered.size(),
       digest.data(), &size);
  std::copy_n(digest.begin(), 12, token.begin() + 1);
}

boost::system::error_code error_of(FlowTokens& tokens, std::string_view text) {
  const auto verified = tokens.verify(text);
  return verified ? boost::system::error_code{} : verified.error();
}

struct FlowToken : testing::Test {
  FlowTokens tokens{TokenKeys::from({key(7)})};
};

struct EveryFlow : testing::TestWithParam<std::tuple<Protocol, bool, Dialect>> {
  FlowTokens tokens{TokenKeys::from({key(7)})};
  Flow its_flow = flow(std::get<0>(GetParam()), std::get<1>(GetParam()));
  Dialect dialect = std::get<2>(GetParam());
  std::string text = mint(tokens, its_flow, dialect);
};

INSTANTIATE_TEST_SUITE_P(, EveryFlow,
                         testing::Combine(testing::Values(Protocol::udp, Protocol::tcp, Protocol::tls,
                                                          Protocol::ws, Protocol::wss),
                                          testing::Bool(), testing::Values(Dialect::rfc, Dialect::draft)));

TEST_P(EveryFlow, ComesBackFromItsToken) {
  const auto verified = tokens.verify(text);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->flow, its_flow);
  EXPECT_EQ(verified->dialect, dialect);
}

TEST_P(EveryFlow, HasTheLayoutOfItsToken) {
  const bool v6 = std::get<1>(GetParam());
  Octets expected(13);
  expected[0] = 7;
  expected.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(its_flow.protocol) | (v6 ? 8U : 0U) |
                                               (dialect == Dialect::draft ? 16U : 0U)));
  for (const Endpoint& endpoint : {its_flow.local, its_flow.remote}) {
    expected.insert(expected.end(), endpoint.ip.begin(), endpoint.ip.begin() + (v6 ? 16 : 4));
    expected.push_back(static_cast<std::uint8_t>(endpoint.port >> 8));
    expected.push_back(static_cast<std::uint8_t>(endpoint.port));
  }
  if (is_stream(its_flow.protocol)) {
    for (const int octet : {0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x03}) {
      expected.push_back(static_cast<std::uint8_t>(octet));
    }
  }
  sign(expected, key(7));
  EXPECT_EQ(decode(text), expected);
}

// RFC 3261 §25.1: user = 1*( unreserved / escaped / user-unreserved ).
TEST_P(EveryFlow, HasATokenThatStandsUnescapedInTheUserPart) {
  EXPECT_GE(text.size(), 35U);
  EXPECT_LE(text.size(), 78U);
  for (const char c : text) {
    EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_') << c;
  }
}

// RFC 5626 §5.3: a token that has been tampered with reaches nobody.
TEST_P(EveryFlow, IsNotReachedWhenAnyBitOfItsTokenIsFlipped) {
  const Octets octets = decode(text);
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Octets flipped = octets;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(tokens.verify(encode(flipped))) << bit;
  }
}

TEST_P(EveryFlow, IsNotReachedWhenAnyCharacterOfItsTokenIsAnother) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    for (int c = 0; c < 256; ++c) {
      changed[i] = static_cast<char>(c);
      EXPECT_EQ(tokens.verify(changed).has_value(), changed == text) << i << " " << c;
    }
  }
}

TEST_P(EveryFlow, IsNotReachedByATruncatedOrExtendedToken) {
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(error_of(tokens, std::string_view(text).substr(0, size)), TokenError::malformed) << size;
  }
  for (std::string longer = text; longer.size() < text.size() + 200;) {
    longer += 'A';
    EXPECT_EQ(error_of(tokens, longer), TokenError::malformed) << longer.size();
  }
}

TEST_P(EveryFlow, IsNotReachedByAnotherEdgesToken) {
  TokenKey same_id = key(7);
  same_id.secret[31] ^= 1;
  FlowTokens other{TokenKeys::from({same_id})};
  EXPECT_EQ(error_of(tokens, mint(other, its_flow, dialect)), TokenError::wrong_mac);
}

// Even with a MAC that is right, an octet string that no mint() makes is no token.
TEST_P(EveryFlow, HasNoOtherTokenThanTheOneOfItsLayout) {
  const Octets octets = decode(text);
  for (unsigned flags = 0; flags < 256; ++flags) {
    Octets other = octets;
    other[13] = static_cast<std::uint8_t>(flags);
    sign(other, key(7));
    const bool known = (flags & 7) <= 4;
    const bool same_length =
        (flags & 8) == (octets[13] & 8U) && ((flags & 7) == 0) == ((octets[13] & 7U) == 0);
    const auto verified = tokens.verify(encode(other));
    EXPECT_EQ(verified.has_value(), known && same_length) << flags;
    if (!verified) {
      EXPECT_EQ(verified.error(), TokenError::malformed) << flags;
    }
  }
}

TEST_P(EveryFlow, SaysWhetherItsUaWasRegistered) {
  for (const bool registered : {false, true}) {
    std::string token;
    tokens.mint(its_flow, {dialect, registered}, token);
    const auto verified = tokens.verify(token);
    ASSERT_TRUE(verified.has_value());
    EXPECT_EQ(verified->flow, its_flow);
    EXPECT_EQ(verified->dialect, dialect);
    EXPECT_EQ(verified->registered, registered);
  }
}

TEST_F(FlowToken, IsAppended) {
  std::string out = "<sip:";
  tokens.mint(flow(Protocol::udp, false), Dialect::rfc, out);
  ASSERT_EQ(out.substr(0, 5), "<sip:");
  EXPECT_TRUE(tokens.verify(std::string_view(out).substr(5)));
}

TEST_F(FlowToken, IsTheSameEveryTime) {
  const std::string first = mint(tokens, flow(Protocol::tls, true));
  EXPECT_FALSE(tokens.verify("garbage"));
  EXPECT_TRUE(tokens.verify(first));
  mint(tokens, flow(Protocol::udp, false));
  EXPECT_EQ(mint(tokens, flow(Protocol::tls, true)), first);
}

// A later connection between the same two addresses is another flow (RFC 5626 §2), and has another token.
TEST_F(FlowToken, OfAClosedConnectionIsNotTheTokenOfALaterOne) {
  const Flow closed = flow(Protocol::tcp, false);
  Flow later = closed;
  later.serial += 256;
  EXPECT_NE(mint(tokens, closed), mint(tokens, later));
  EXPECT_EQ(tokens.verify(mint(tokens, closed))->flow, closed);
  EXPECT_EQ(tokens.verify(mint(tokens, later))->flow, later);
}

TEST_F(FlowToken, DiffersForEveryFlowAndDialect) {
  std::set<std::string> texts;
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp, Protocol::tls, Protocol::ws, Protocol::wss}) {
    for (const bool v6 : {false, true}) {
      for (const Dialect dialect : {Dialect::rfc, Dialect::draft}) {
        Flow swapped = flow(protocol, v6);
        std::swap(swapped.local, swapped.remote);
        texts.insert(mint(tokens, flow(protocol, v6), dialect));
        texts.insert(mint(tokens, swapped, dialect));
      }
    }
  }
  EXPECT_EQ(texts.size(), 40U);
}

// A dual-stack socket bound to "::" receives from IPv4 hosts.
TEST_F(FlowToken, HoldsAnIPv4RemoteAddressBesideAnIPv6LocalOne) {
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
    Flow mixed = flow(protocol, false);
    mixed.local = at("::", 5060);
    const auto verified = tokens.verify(mint(tokens, mixed));
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->flow, mixed);
    std::swap(mixed.local, mixed.remote);
    EXPECT_EQ(tokens.verify(mint(tokens, mixed))->flow, mixed);
  }
}

TEST_F(FlowToken, HoldsTheExtremesOfItsFields) {
  Flow flow{Protocol::wss, at("0.0.0.0", 0), at("255.255.255.255", 65535), ~std::uint64_t{0}};
  EXPECT_EQ(tokens.verify(mint(tokens, flow))->flow, flow);
  flow = {Protocol::tcp, at("::", 0), at("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535), 0};
  EXPECT_EQ(tokens.verify(mint(tokens, flow))->flow, flow);
}

TEST_F(FlowToken, IsNotAnyOtherText) {
  EXPECT_EQ(error_of(tokens, ""), TokenError::malformed);
  EXPECT_EQ(error_of(tokens, "alice"), TokenError::malformed);
  for (std::size_t size = 0; size < 200; ++size) {
    EXPECT_FALSE(tokens.verify(std::string(size, 'A'))) << size;
    EXPECT_EQ(error_of(tokens, std::string(size, '\0')), TokenError::malformed) << size;
    EXPECT_EQ(error_of(tokens, std::string(size, '\xff')), TokenError::malformed) << size;
  }
  EXPECT_EQ(error_of(tokens, std::string(1 << 20, 'A')), TokenError::malformed);
}

TEST_F(FlowToken, SaysWhatIsWrongWithIt) {
  Octets octets = decode(mint(tokens, flow(Protocol::udp, false)));
  octets[1] ^= 1;
  EXPECT_EQ(error_of(tokens, encode(octets)), TokenError::wrong_mac);
  octets[0] = 8;
  EXPECT_EQ(error_of(tokens, encode(octets)), TokenError::unknown_key);
  std::set<std::string> messages;
  for (const TokenError error : {TokenError::malformed, TokenError::unknown_key, TokenError::wrong_mac}) {
    EXPECT_EQ(&make_error_code(error).category(), &token_category());
    EXPECT_TRUE(make_error_code(error).failed());
    messages.insert(make_error_code(error).message());
  }
  EXPECT_EQ(messages.size(), 3U);
}

TEST(FlowTokenRotation, ATokenOfTheOldKeyLivesAsLongAsTheKeyDoes) {
  const Flow its_flow = flow(Protocol::udp, true);
  FlowTokens before{TokenKeys::from({key(1)})};
  const std::string old_token = mint(before, its_flow, Dialect::draft);

  FlowTokens both{TokenKeys::from({key(2), key(1)})};
  const auto verified = both.verify(old_token);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->flow, its_flow);
  EXPECT_EQ(verified->dialect, Dialect::draft);
  const std::string new_token = mint(both, its_flow, Dialect::draft);
  EXPECT_EQ(decode(new_token)[0], 2);
  EXPECT_NE(new_token, old_token);

  FlowTokens after{TokenKeys::from({key(2)})};
  EXPECT_TRUE(after.verify(new_token));
  EXPECT_EQ(error_of(after, old_token), TokenError::unknown_key);
}

TEST(FlowTokenRotation, TheKeyIdIsPartOfWhatTheMacCovers) {
  TokenKey twin = key(1);
  twin.id = 2;
  FlowTokens tokens{TokenKeys::from({key(1), twin})};
  Octets octets = decode(mint(tokens, flow(Protocol::udp, false)));
  octets[0] = 2;
  EXPECT_EQ(error_of(tokens, encode(octets)), TokenError::wrong_mac);
}

TEST(FlowTokens, CanBeMoved) {
  FlowTokens first{TokenKeys::from({key(1)})};
  const std::string text = mint(first, flow(Protocol::tcp, true));
  FlowTokens second = std::move(first);
  EXPECT_TRUE(second.verify(text));
  FlowTokens third{TokenKeys::from({key(2)})};
  third = std::move(second);
  EXPECT_TRUE(third.verify(text));
}

}  // namespace
}  // namespace flowgate
