#include "conf/document.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <set>
#include <sstream>
#include <system_error>

namespace flowgate::conf {

namespace {

constexpr std::size_t most_bytes = 64 << 20;
constexpr std::size_t most_levels = 8;

std::string read_file(const std::string& name) {
  const auto fail = [&name](int error) {
    throw Error(fmt::format("{}: cannot be read: {}", name, std::generic_category().message(error)));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rbe"), &std::fclose);
  if (!file) fail(errno);
  std::string text;
  std::array<char, 65536> chunk;  // filled by fread
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), n);
    if (text.size() > most_bytes) fail(EFBIG);
  }
  if (std::ferror(file.get()) != 0) fail(errno);
  return text;
}

// YAML 1.2.2 §5.1: of the C0 controls only tab, LF and CR may stand in a file. yaml-cpp takes one of the
// others for the file's end.
void refuse_control_characters(std::string_view file, std::string_view text) {
  const auto bad = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  if (bad == text.end()) return;
  const std::string_view before(text.begin(), bad);
  const auto line_begin = before.rfind('\n') + 1;  // 0 on the first line
  throw Error(Place{file, static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
                    static_cast<int>(before.size() - line_begin) + 1},
              "expected UTF-8 text without control characters");
}

// Builds the tree out of yaml-cpp's events.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view file, Node& root) : file_(file), root_(root) {}

  Place place(const YAML::Mark& mark) const {
    return {file_, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Error(place(mark), "expected the end of the file, found a second document");
  }
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override { refuse_anchor(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse_anchor(mark); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    add(Node::Kind::null, mark, "?");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    Node& node = add(Node::Kind::scalar, mark, tag);
    node.text = value;
    node.plain = tag == "?";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(add(Node::Kind::sequence, mark, tag));
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(add(Node::Kind::mapping, mark, tag));
  }
  void OnMapEnd() override {
    refuse_duplicates(*open_.back());
    open_.pop_back();
  }

 private:
  void open(Node& node) {
    if (open_.size() == most_levels) throw Error(node.place, "nested too deeply");
    open_.push_back(&node);
  }

  [[noreturn]] void refuse_anchor(const YAML::Mark& mark) const {
    throw Error(place(mark), "anchors and aliases (& and *) are not understood; quote a text that begins so");
  }

  // yaml-cpp's tags of untagged nodes: "?" for plain ones, "!" for quoted ones (YAML 1.2.2 §6.9.1); "" before
  // `{` or `[`.
  Node& add(Node::Kind kind, const YAML::Mark& mark, std::string_view tag) {
    if (!tag.empty() && tag != "?" && tag != "!") throw Error(place(mark), "tags (!) are not understood");
    Node* node = &root_;
    Place at = place(mark);
    if (!open_.empty()) {
      Node& parent = *open_.back();
      const bool in_mapping = parent.kind == Node::Kind::mapping;
      const bool is_key = in_mapping && parent.items.size() % 2 == 0;
      if (is_key && kind != Node::Kind::scalar) throw Error(at, "expected a key");
      if (in_mapping && kind == Node::Kind::null) at = parent.items.back().place;
      node = &parent.items.emplace_back();
    }
    node->kind = kind;
    node->place = at;
    return *node;
  }

  static void refuse_duplicates(const Node& mapping) {
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < mapping.items.size(); i += 2) {
      const Node& key = mapping.items[i];
      if (!keys.insert(key.text).second)
        throw Error(key.place, fmt::format("duplicate key {}", in_quotes(key.text)));
    }
  }

  std::string_view file_;
  Node& root_;
  std::vector<Node*> open_;  // the nodes that are being filled, outermost first
  int documents_ = 0;
};

}  // namespace

Document::Document(const std::filesystem::path& file) : file_(file.string()) {
  const std::string text = read_file(file_);
  refuse_control_characters(file_, text);
  root_.place.file = file_;
  Builder builder(file_, root_);
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw Error(builder.place(error.mark), fmt::format("not YAML: {}", error.msg));
  }
}

}  // namespace flowgate::conf
