#include "conf/users.h"

#include <gmock/gmock.h>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

struct UsersTest : ConfigTest {
  std::string refusal_of_users(const std::string& yaml) {
    folder.write("users.yaml", yaml);
    return refusal_with("registrar: {users: users.yaml}\n");
  }
};

const std::string md5(32, 'a');
const std::string sha256(64, '0');

TEST_F(UsersTest, ANameIsMappedToAPasswordOrToItsHashes) {
  folder.write("users.yaml", "alice: secret\nbob: {ha1-md5: " + std::string(32, 'A') + ", ha1-sha256: '" +
                                 sha256 + "'}\n1001: 2002\n");
  const Users users(folder / "users.yaml", {"example.com"});
  EXPECT_THAT(users.names(), testing::ElementsAre("1001", "alice", "bob"));
  EXPECT_EQ(users.secrets().at("alice").password, "secret");
  EXPECT_EQ(users.secrets().at("alice").ha1_md5, "");
  EXPECT_EQ(users.secrets().at("bob").password, "");
  EXPECT_EQ(users.secrets().at("bob").ha1_md5, md5);
  EXPECT_EQ(users.secrets().at("bob").ha1_sha256, sha256);
  EXPECT_EQ(users.secrets().at("1001").password, "2002");
}

TEST_F(UsersTest, TheFileIsRelativeToTheConfiguration) {
  folder.write("users.yaml", "alice: secret\n");
  const Config config = loaded_with("registrar: {users: users.yaml}\n");
  ASSERT_TRUE(config.registrar.users.has_value());
  EXPECT_THAT(config.registrar.users->names(), testing::ElementsAre("alice"));
}

TEST_F(UsersTest, WithoutAFileEveryUserPartIsValid) {
  EXPECT_FALSE(loaded_with("").registrar.users.has_value());
}

TEST_F(UsersTest, AMissingFileIsRefusedWhereItIsNamed) {
  EXPECT_EQ(refusal_with("registrar:\n  users: gone.yaml\n"),
            "flowgate.yaml:3:10: registrar.users: " + (folder / "gone.yaml").string() + ": no such file");
}

TEST_F(UsersTest, ASecretIsOneOfTheForms) {
  EXPECT_EQ(
      refusal_of_users("alice:\n"),
      "users.yaml:1:1: 'alice': expected a password, or {ha1-md5: ..., ha1-sha256: ...}, found nothing");
  EXPECT_EQ(refusal_of_users("alice: [a]\n"),
            "users.yaml:1:8: 'alice': expected a password, or {ha1-md5: ..., ha1-sha256: ...}, found a list");
  EXPECT_EQ(refusal_of_users("alice: ''\n"),
            "users.yaml:1:8: 'alice': expected a password, found a text that is not shown");
  EXPECT_EQ(refusal_of_users("alice: {}\n"),
            "users.yaml:1:8: 'alice': expected either a password or hashes of it");
  EXPECT_EQ(refusal_of_users("alice: {password: a, ha1-md5: " + md5 + "}\n"),
            "users.yaml:1:8: 'alice': expected either a password or hashes of it");
  EXPECT_EQ(refusal_of_users("alice: {ha1: x}\n"), "users.yaml:1:9: 'alice': unknown key 'ha1'");
  EXPECT_EQ(refusal_of_users("alice: {ha1-md: x}\n"),
            "users.yaml:1:9: 'alice': unknown key 'ha1-md'; did you mean 'ha1-md5'?");
}

TEST_F(UsersTest, AHashHasItsLength) {
  EXPECT_EQ(
      refusal_of_users("alice: {ha1-md5: abc}\n"),
      "users.yaml:1:18: 'alice'.ha1-md5: expected 32 hexadecimal digits, found a text that is not shown");
  EXPECT_EQ(
      refusal_of_users("alice: {ha1-sha256: " + md5 + "}\n"),
      "users.yaml:1:21: 'alice'.ha1-sha256: expected 64 hexadecimal digits, found a text that is not shown");
  EXPECT_EQ(
      refusal_of_users("alice: {ha1-md5: " + std::string(32, 'g') + "}\n"),
      "users.yaml:1:18: 'alice'.ha1-md5: expected 32 hexadecimal digits, found a text that is not shown");
}

TEST_F(UsersTest, ANameIsTheUserPartAlone) {
  EXPECT_EQ(
      refusal_of_users("alice@Example.com: secret\n"),
      "users.yaml:1:1: expected only the user part of the address-of-record, found 'alice@Example.com'");
  EXPECT_EQ(refusal_of_users("alice@elsewhere.example: secret\n"), "");
  EXPECT_EQ(refusal_of_users("'': secret\n"), "users.yaml:1:1: expected a user name, found ''");
}

TEST_F(UsersTest, AUserStandsOnce) {
  EXPECT_EQ(refusal_of_users("alice: a\nAlice: b\nalice: c\n"), "users.yaml:3:1: duplicate key 'alice'");
}

TEST_F(UsersTest, TheFileIsAMapping) {
  EXPECT_EQ(refusal_of_users("- alice\n"),
            "users.yaml:1:1: expected a mapping of user names to passwords, found a list");
  EXPECT_EQ(refusal_of_users(""),
            "users.yaml:1:1: expected a mapping of user names to passwords, found nothing");
}

TEST_F(UsersTest, NoErrorShowsAPassword) {
  const std::string line = refusal_of_users("alice: ' hunter2'\n");
  EXPECT_NE(line, "");
  EXPECT_THAT(line, testing::Not(testing::HasSubstr("hunter2")));
}

TEST_F(UsersTest, AUserMayHaveFurtherAors) {
  folder.write("users.yaml", "alice: {password: secret, aors: [sales@Example.COM, +1234@example.com]}\n");
  const Users users(folder / "users.yaml", {"example.com"});
  EXPECT_EQ(users.secrets().at("alice").password, "secret");
  EXPECT_THAT(users.secrets().at("alice").aors,
              testing::ElementsAre("sales@example.com", "+1234@example.com"));
  EXPECT_EQ(refusal_of_users("alice: {password: a, aors: [sales]}\n"),
            "users.yaml:1:29: 'alice'.aors: expected an address-of-record of the domains, such as "
            "sales@example.com, found 'sales'");
  EXPECT_EQ(refusal_of_users("alice: {password: a, aors: ['@example.com']}\n"),
            "users.yaml:1:29: 'alice'.aors: expected an address-of-record of the domains, such as "
            "sales@example.com, found '@example.com'");
}

// RFC 3261 §10.3 (5): as a URI it may be escaped.
TEST_F(UsersTest, AFurtherAorMayBeWrittenAsAUri) {
  folder.write(
      "users.yaml",
      "alice: {password: a, aors: ['sip:sales@Example.com', 'SIPS:a%2fb@example.com', a%2fc@example.com]}\n");
  const Users users(folder / "users.yaml", {"example.com"});
  EXPECT_THAT(users.secrets().at("alice").aors,
              testing::ElementsAre("sales@example.com", "a/b@example.com", "a%2fc@example.com"));
  for (const std::string bad :
       {"sip:@example.com", "sip:example.com", "tel:+1@example.com", "sip:a:b@example.com",
        "sip:a@elsewhere.org", "sip:a@example.com;lr", "sip:sip:a@example.com"}) {
    EXPECT_EQ(refusal_of_users("alice: {password: a, aors: ['" + bad + "']}\n"),
              "users.yaml:1:29: 'alice'.aors: expected an address-of-record of the domains, such as "
              "sales@example.com, found '" +
                  bad + "'");
  }
}

// RFC 7616 §3.4.2: A1 = unq(username) ":" unq(realm) ":" passwd.
TEST_F(UsersTest, ANameHasNoColon) {
  EXPECT_EQ(refusal_of_users("alice: a\na:b: secret\n"),
            "users.yaml:2:1: expected a name without a colon (RFC 7616 §3.4.2), found 'a:b'");
}

// RFC 5627 §5.4: no AOR is equivalent to a GRUU of somebody else.
TEST_F(UsersTest, NobodyIsNamedLikeAnEncryptedGruu) {
  const std::string expected =
      "expected a name that does not begin with tgruu. or agruu., as those of GRUUs do, found ";
  EXPECT_EQ(refusal_of_users("tgruu.x: a\n"), "users.yaml:1:1: " + expected + "'tgruu.x'");
  EXPECT_EQ(refusal_of_users("agruu.x: a\n"), "users.yaml:1:1: " + expected + "'agruu.x'");
  EXPECT_EQ(refusal_of_users("tgruu: a\n"), "");
  EXPECT_EQ(refusal_of_users("alice: {password: a, aors: [tgruu.x@example.com]}\n"),
            "users.yaml:1:29: 'alice'.aors: " + expected + "'tgruu.x@example.com'");
}

TEST_F(UsersTest, OnesOwnAorAndOneSaidTwiceAreNobodyElses) {
  folder.write(
      "users.yaml",
      "bob: {password: b, aors: [bob@example.com, s@example.com, sip:s@Example.com, a@example.com]}\n");
  const Users users(folder / "users.yaml", {"example.com"});
  EXPECT_THAT(users.secrets().at("bob").aors, testing::ElementsAre("s@example.com", "a@example.com"));
}

TEST_F(UsersTest, AnAorHasOneOwner) {
  EXPECT_EQ(refusal_of_users("alice: {password: a, aors: [s@example.com]}\nbob: {password: b, aors: "
                             "[S@example.com, s@example.com]}\n"),
            "users.yaml:2:1: 'bob': 's@example.com' is another user's");
  EXPECT_EQ(refusal_of_users("alice: {password: a, aors: [bob@example.com]}\nbob: b\n"),
            "users.yaml:1:1: 'alice': 'bob@example.com' is another user's");
}

TEST_F(UsersTest, DigestNeedsUsersThatCanAnswer) {
  EXPECT_EQ(refusal_with("registrar: {authentication: digest}\n"),
            "flowgate.yaml:2:29: registrar.authentication: digest needs to know the users: expected "
            "registrar.users, a file of them, or a store that keeps them");
  folder.write("users.yaml", "alice: {ha1-md5: " + md5 + "}\nbob: secret\n");
  const std::string digest = "registrar: {authentication: digest, users: users.yaml, algorithms: ";
  EXPECT_EQ(refusal_with(digest + "[SHA-256, MD5]}\n"), "");
  EXPECT_EQ(refusal_with(digest + "[SHA-256]}\n"),
            "flowgate.yaml:2:68: registrar.algorithms: none of them can be answered by all users: some have "
            "only hashes of others");
}

}  // namespace
}  // namespace flowgate::conf
