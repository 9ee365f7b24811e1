// Memory for a response that is sent at once: one response after the other is written in the same. Whoever
// writes one while another is being sent takes memory of his own.
#pragma once

#include <string>
#include <utility>

namespace flowgate::proxy {

// Empty at first. On the thread that made it, to its end.
class ResponseText {
 public:
  ResponseText() : text_(std::move(kept())) { text_.clear(); }
  ~ResponseText() { kept() = std::move(text_); }
  ResponseText(const ResponseText&) = delete;
  ResponseText& operator=(const ResponseText&) = delete;

  std::string& operator*() { return text_; }

 private:
  static std::string& kept() {
    thread_local std::string memory;
    return memory;
  }

  std::string text_;
};

}  // namespace flowgate::proxy
