#include "transport/socket_bio.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "transport/socket.h"

namespace flowgate::transport {
namespace {

class SocketBio : public testing::Test {
 protected:
  SocketBio() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
    bio_.reset(make_socket_bio(ends_[0]));
  }
  ~SocketBio() override {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }

  void peer_writes(std::string_view text) const {
    ASSERT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void peer_closes() {
    ::close(ends_[1]);
    ends_[1] = -1;
  }
  // What one read of at most `size` octets brings.
  std::string read(int size = 100) {
    std::string text(static_cast<std::size_t>(size), '?');
    last_ = BIO_read(bio_.get(), text.data(), size);
    return last_ > 0 ? text.substr(0, static_cast<std::size_t>(last_)) : "";
  }

  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
  };
  std::array<int, 2> ends_{-1, -1};
  std::unique_ptr<BIO, Free> bio_;
  int last_ = 0;
};

TEST_F(SocketBio, BringsWhatThePeerHasWrittenAndTheReverse) {
  peer_writes("forth");
  EXPECT_EQ(read(), "forth");
  EXPECT_EQ(BIO_write(bio_.get(), "back", 4), 4);
  std::array<char, 10> octets{};
  EXPECT_EQ(::read(ends_[1], octets.data(), octets.size()), 4);
  EXPECT_STREQ(octets.data(), "back");
}

TEST_F(SocketBio, AfterAReadThatBroughtLessThanAskedForTheSocketIsLeftAloneUntilItIsReadable) {
  peer_writes("one");
  EXPECT_EQ(read(), "one");
  peer_writes("two");
  EXPECT_EQ(read(), "");
  EXPECT_TRUE(BIO_should_read(bio_.get()));
  note_readable(bio_.get());
  EXPECT_EQ(read(), "two");
}

TEST_F(SocketBio, AfterAReadThatBroughtAllThatWasAskedForThereMayBeMore) {
  peer_writes("onetwo");
  EXPECT_EQ(read(3), "one");
  EXPECT_EQ(read(3), "two");
  EXPECT_EQ(read(3), "");
  EXPECT_TRUE(BIO_should_read(bio_.get()));
}

TEST_F(SocketBio, KnowsWhetherAnotherReadMayBringMore) {
  peer_writes("onetwo");
  EXPECT_EQ(read(3), "one");
  EXPECT_TRUE(may_bring_more(bio_.get()));
  EXPECT_EQ(read(), "two");
  EXPECT_FALSE(may_bring_more(bio_.get()));
  note_readable(bio_.get());
  EXPECT_TRUE(may_bring_more(bio_.get()));
}

TEST_F(SocketBio, TheEndIsToldFromNothingYet) {
  EXPECT_EQ(read(), "");
  EXPECT_TRUE(BIO_should_retry(bio_.get()));
  EXPECT_FALSE(BIO_eof(bio_.get()));
  peer_closes();
  note_readable(bio_.get());
  EXPECT_EQ(read(), "");
  EXPECT_EQ(last_, 0);
  EXPECT_FALSE(BIO_should_retry(bio_.get()));
  EXPECT_TRUE(BIO_eof(bio_.get()));
}

TEST_F(SocketBio, ASocketThatIsFullIsWaitedFor) {
  const std::string text(1 << 20, 'x');
  int sent = 1;
  for (int i = 0; i < 100 && sent > 0; ++i)
    sent = BIO_write(bio_.get(), text.data(), static_cast<int>(text.size()));
  EXPECT_EQ(sent, -1);
  EXPECT_TRUE(BIO_should_write(bio_.get()));
}

TEST_F(SocketBio, APeerThatIsGoneRaisesNoSignal) {
  peer_closes();
  EXPECT_EQ(BIO_write(bio_.get(), "back", 4), -1);
  EXPECT_FALSE(BIO_should_retry(bio_.get()));
}

// Over TCP, where segments are.
class TcpBio : public testing::Test {
 protected:
  TcpBio() {
    const auto listener = open_listener(*Endpoint::from("127.0.0.1", 0));
    near_ = *open_towards(local_endpoint(listener->get()));
    ::send(near_.get(), "", 1, MSG_NOSIGNAL);  // or it would not be accepted yet
    for (int i = 0; i < 1000 && !far_; ++i) far_ = Fd(::accept(listener->get(), nullptr, nullptr));
    std::array<char, 1> first{};
    EXPECT_EQ(::recv(far_.get(), first.data(), first.size(), 0), 1);
    bio_.reset(make_socket_bio(near_.get()));
  }

  void write(std::string_view text) {
    ASSERT_EQ(BIO_write(bio_.get(), text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
  }
  // What comes to the peer at once. What waits in the kernel would come behind 200 ms, too.
  std::string arrived() const {
    pollfd peer{far_.get(), POLLIN, 0};
    ::poll(&peer, 1, 100);
    std::string text(100, '?');
    const ssize_t count = ::recv(far_.get(), text.data(), text.size(), MSG_DONTWAIT);
    return count > 0 ? text.substr(0, static_cast<std::size_t>(count)) : "";
  }

  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
  };
  Fd near_{-1}, far_{-1};
  std::unique_ptr<BIO, Free> bio_;
};

TEST_F(TcpBio, WhatIsWrittenBeforeSomethingLeavesWithIt) {
  write_before(bio_.get(), Follows::more);
  write("ticket");
  write_before(bio_.get(), Follows::nothing);
  EXPECT_EQ(arrived(), "");
  write("answer");
  EXPECT_EQ(arrived(), "ticketanswer");
}

TEST_F(TcpBio, WhatNothingFollowsLeavesWhenItIsPushed) {
  write_before(bio_.get(), Follows::more);
  write("ticket");
  push(bio_.get());
  EXPECT_EQ(arrived(), "ticket");
}

}  // namespace
}  // namespace flowgate::transport
