#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "flowtoken/token.h"

namespace flowgate {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string secret_a = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string secret_b = "ABCDEF0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789";

struct KeyFile : testing::Test {
  fs::path directory;
  fs::path file;

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "flowgate-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory = name;
    file = directory / "flowtoken.key";
  }
  void TearDown() override { fs::remove_all(directory); }

  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(file, std::ios::binary) << text;
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
  }
  std::string text() const {
    std::ostringstream out;
    out << std::ifstream(file, std::ios::binary).rdbuf();
    return out.str();
  }
  // The one line of the exception; empty when there is none. A check would have said the same.
  std::string error() const {
    const std::size_t before = files();
    const std::string checked = thrown_by([this] { TokenKeys::check(file); });
    EXPECT_EQ(files(), before) << "a check makes nothing";
    const std::string loaded = thrown_by([this] { TokenKeys::load_or_make(file); });
    EXPECT_EQ(checked, loaded);
    return loaded;
  }
  static std::string thrown_by(const std::function<void()>& load) {
    try {
      load();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }
  std::string error_of(const std::string& content) const {
    write(content);
    return error();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
  }
};

bool same(const TokenKeys& a, const TokenKeys& b) {
  return std::ranges::equal(a.keys(), b.keys(), [](const TokenKey& x, const TokenKey& y) {
    return x.id == y.id && x.secret == y.secret;
  });
}

TEST_F(KeyFile, IsMadeWithOneRandomKeyWhenMissing) {
  const TokenKeys made = TokenKeys::load_or_make(file);
  ASSERT_EQ(made.keys().size(), 1U);
  EXPECT_NE(made.keys()[0].secret, TokenKey{}.secret);
  EXPECT_TRUE(same(made, TokenKeys::load_or_make(file)));

  fs::remove(file);
  EXPECT_NE(TokenKeys::load_or_make(file).keys()[0].secret, made.keys()[0].secret);
}

TEST_F(KeyFile, IsMadeForItsOwnerAlone) {
  const mode_t before = ::umask(0);
  TokenKeys::load_or_make(file);
  ::umask(before);
  struct stat status;
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(files(), 1U) << "nothing but the key file stays";
}

TEST_F(KeyFile, IsNeverReplaced) {
  write("1 " + secret_a + "\n");
  const std::string before = text();
  TokenKeys::load_or_make(file);
  EXPECT_EQ(text(), before);
  EXPECT_NE(error_of("garbage\n"), "");
  EXPECT_EQ(text(), "garbage\n");
}

TEST_F(KeyFile, OfTwoThatStartAtOnceIsTheSame) {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> secrets(8);
    {
      std::vector<std::jthread> starting;
      for (std::string& secret : secrets) {
        starting.emplace_back([this, &secret] {
          const TokenKey key = TokenKeys::load_or_make(file).keys()[0];
          secret.assign(key.secret.begin(), key.secret.end());
          secret += static_cast<char>(key.id);
        });
      }
    }
    EXPECT_EQ(std::set<std::string>(secrets.begin(), secrets.end()).size(), 1U);
    EXPECT_EQ(files(), 1U);
    fs::remove(file);
  }
}

TEST_F(KeyFile, HoldsTheNewestKeyFirst) {
  write("200 " + secret_b + "\n0 " + secret_a + "\n");
  const TokenKeys loaded = TokenKeys::load_or_make(file);
  ASSERT_EQ(loaded.keys().size(), 2U);
  EXPECT_EQ(loaded.keys()[0].id, 200);
  EXPECT_EQ(loaded.keys()[0].secret[0], 0xab);
  EXPECT_EQ(loaded.keys()[0].secret[31], 0x89);
  EXPECT_EQ(loaded.keys()[1].id, 0);
  EXPECT_EQ(loaded.keys()[1].secret[31], 0x1f);
}

TEST_F(KeyFile, MayHaveCommentsBlankLinesAndAnyBlanks) {
  const TokenKeys plain = [&] {
    write("5 " + secret_a + "\n");
    return TokenKeys::load_or_make(file);
  }();
  for (const std::string& content :
       {"# the key\n\n \t\n5 " + secret_a, "  5\t " + secret_a + " # made on Monday\r\n",
        "5 " + secret_a + "#", "\r\n5 " + secret_a + "\r\n#6 " + secret_b}) {
    write(content);
    EXPECT_TRUE(same(TokenKeys::load_or_make(file), plain)) << content;
  }
}

TEST_F(KeyFile, ErrorNamesTheFileAndTheLine) {
  EXPECT_THAT(error_of("# comment\n\n5 123\n"),
              AllOf(HasSubstr(file.string() + ":3: "), Not(HasSubstr("\n"))));
  EXPECT_THAT(error_of("1 " + secret_a + "\n1 " + secret_b + "\n"), HasSubstr(file.string() + ":2: "));
  EXPECT_THAT(error_of("1 " + secret_a + "\n2 " + secret_b + "\n\n3 " + secret_b + "\n"),
              HasSubstr(file.string() + ":4: "));
}

TEST_F(KeyFile, ErrorNeverShowsASecret) {
  EXPECT_THAT(error_of("1 " + secret_a + "0\n"), AllOf(HasSubstr(":1: "), Not(HasSubstr(secret_a))));
}

TEST_F(KeyFile, OfTwoKeysWithOneIdIsRefused) {
  EXPECT_THAT(error_of("7 " + secret_a + "\n7 " + secret_b + "\n"), HasSubstr("ID"));
  EXPECT_NE(error_of("7 " + secret_a + "\n07 " + secret_b + "\n"), "") << "07 is the ID 7 as well";
}

TEST_F(KeyFile, OfGarbageIsRefused) {
  for (const std::string& line : {std::string("1"),
                                  std::string("1 "),
                                  secret_a,
                                  "1" + secret_a,
                                  "256 " + secret_a,
                                  "-1 " + secret_a,
                                  "+1 " + secret_a,
                                  "0x1 " + secret_a,
                                  "1: " + secret_a,
                                  "1 " + secret_a.substr(1),
                                  "1 " + secret_a + "0",
                                  "1 0x" + secret_a.substr(2),
                                  "1 " + secret_a.substr(1) + "g",
                                  "1 -" + secret_a.substr(1),
                                  "1 " + secret_a + " " + secret_b,
                                  "1 " + secret_a + " x",
                                  "1 1 " + secret_a,
                                  std::string("1 ") + std::string(64, '\0'),
                                  std::string(64, '\xff'),
                                  "one " + secret_a}) {
    EXPECT_THAT(error_of(line + "\n"), HasSubstr(":1: ")) << line;
    EXPECT_THAT(error_of("9 " + secret_b + "\n" + line), HasSubstr(":2: ")) << line;
  }
}

TEST_F(KeyFile, WithoutAKeyIsRefused) {
  for (const char* content : {"", "\n", "# 1\n", " \n\t\r\n"}) {
    EXPECT_THAT(error_of(content), HasSubstr("found none")) << content;
  }
}

TEST_F(KeyFile, ThatIsTooLongIsRefused) {
  EXPECT_THAT(error_of("1 " + secret_a + "\n" + std::string(1 << 20, '#')), HasSubstr(file.string()));
}

TEST_F(KeyFile, ThatOthersThanItsOwnerMayUseIsRefused) {
  for (const mode_t mode : {0640, 0620, 0610, 0604, 0602, 0601, 0644, 0660}) {
    write("1 " + secret_a + "\n", mode);
    EXPECT_THAT(error(), AllOf(HasSubstr(file.string()), HasSubstr("0600"))) << std::oct << mode;
  }
  for (const mode_t mode : {0600, 0400, 0700}) {
    write("1 " + secret_a + "\n", mode);
    EXPECT_EQ(error(), "") << std::oct << mode;
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  }
}

TEST_F(KeyFile, ThatIsNoRegularFileIsRefused) {
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_THAT(error(), AllOf(HasSubstr(file.string()), HasSubstr("regular")));
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_THAT(error(), HasSubstr(file.string()));
}

TEST_F(KeyFile, ThatCannotBeMadeIsAnErrorThatNamesIt) {
  file = directory / "missing" / "flowtoken.key";
  EXPECT_THAT(error(), AllOf(HasSubstr(file.string()), Not(HasSubstr("\n"))));
  file = directory / "dangling";
  fs::create_symlink(directory / "nowhere", file);
  EXPECT_THAT(error(), HasSubstr(file.string()));
  EXPECT_EQ(files(), 1U) << "the temporary file is taken away";
}

TEST_F(KeyFile, IsNotMadeByACheck) {
  EXPECT_NO_THROW(TokenKeys::check(file));
  EXPECT_EQ(files(), 0U);
}

TEST_F(KeyFile, MayBeGivenByARelativeName) {
  const fs::path before = fs::current_path();
  fs::current_path(directory);
  EXPECT_NO_THROW(TokenKeys::check("flowtoken.key"));
  const TokenKeys made = TokenKeys::load_or_make("flowtoken.key");
  fs::current_path(before);
  EXPECT_TRUE(same(made, TokenKeys::load_or_make(file)));
}

TEST(TokenKeys, AreOneOrTwoOfDifferentIds) {
  const TokenKey one{1, {1}};
  const TokenKey two{2, {2}};
  EXPECT_EQ(TokenKeys::from({one}).keys().size(), 1U);
  EXPECT_EQ(TokenKeys::from({two, one}).keys()[0].id, 2);
  EXPECT_THROW(TokenKeys::from({}), std::runtime_error);
  EXPECT_THROW(TokenKeys::from({one, one}), std::runtime_error);
  EXPECT_THROW(TokenKeys::from({one, two, {3, {3}}}), std::runtime_error);
}

// RFC 5869 §2 with SHA-256, no salt, an info of "temp-gruu" and an input keying material of 00 to 1f.
TEST(TokenKeys, DeriveByHkdfSha256) {
  TokenKey key;
  for (std::size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<std::uint8_t>(i);
  const std::array<std::uint8_t, 32> expected{
      0x72, 0x06, 0xa2, 0x73, 0xc6, 0x26, 0xd4, 0x5a, 0x83, 0xc6, 0xb6, 0x63, 0xff, 0x9b, 0x31, 0x22,
      0x89, 0x83, 0x9c, 0x12, 0x3d, 0xdc, 0x83, 0x99, 0x2e, 0x61, 0x2c, 0x7c, 0x6e, 0x15, 0x9a, 0xc6};
  EXPECT_EQ(TokenKeys::from({key}).derive("temp-gruu"), expected);
}

TEST(TokenKeys, DeriveAnotherSecretForEveryLabelAndKey) {
  const TokenKeys keys = TokenKeys::from({{1, {1}}, {2, {2}}});
  const std::set<std::array<std::uint8_t, 32>> secrets{
      keys.derive(""),    keys.derive("a"),    keys.derive("b"),      keys.derive("ab"),
      keys.derive("", 1), keys.derive("a", 1), keys.keys()[0].secret, keys.keys()[1].secret};
  EXPECT_EQ(secrets.size(), 8U);
  EXPECT_EQ(keys.derive("a"), keys.derive("a", 0));
  EXPECT_THROW(keys.derive("a", 2), std::out_of_range);
}

}  // namespace
}  // namespace flowgate
