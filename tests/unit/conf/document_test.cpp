#include "conf/document.h"

#include <gtest/gtest.h>

#include "tests/unit/conf/temporary_folder.h"

namespace flowgate::conf {
namespace {

struct DocumentTest : testing::Test {
  std::string refusal(const std::string& text) const {
    try {
      const Document document(folder.write("f", text));
      return {};
    } catch (const Error& error) {
      return std::string(error.what()).substr(folder.text().size() + 1);
    }
  }
  TemporaryFolder folder;
};

TEST_F(DocumentTest, EveryNodeKnowsItsLineAndColumn) {
  const Document document(folder.write("f", "a: x\nb:\n  - 'y'\n  - {c: z}\nd:\n"));
  const Node& root = document.root();
  ASSERT_EQ(root.kind, Node::Kind::mapping);
  ASSERT_EQ(root.items.size(), 6U);
  EXPECT_EQ(root.items[1].text, "x");
  EXPECT_TRUE(root.items[1].plain);
  EXPECT_EQ(root.items[1].place.line, 1);
  EXPECT_EQ(root.items[1].place.column, 4);
  const Node& list = root.items[3];
  ASSERT_EQ(list.kind, Node::Kind::sequence);
  EXPECT_FALSE(list.items[0].plain);
  EXPECT_EQ(list.items[0].place.line, 3);
  EXPECT_EQ(list.items[0].place.column, 5);
  ASSERT_EQ(list.items[1].kind, Node::Kind::mapping);
  EXPECT_EQ(list.items[1].items[1].place.column, 9);
  EXPECT_EQ(root.items[5].kind, Node::Kind::null);
  EXPECT_EQ(root.items[5].place.line, 5);
  EXPECT_EQ(root.items[5].place.file, (folder / "f").string());
}

TEST_F(DocumentTest, AnEmptyFileIsANull) {
  EXPECT_EQ(Document(folder.write("f", "# nothing but a comment\n")).root().kind, Node::Kind::null);
}

TEST_F(DocumentTest, OneDocumentBetweenMarkersIsUnderstood) {
  EXPECT_EQ(Document(folder.write("f", "---\na: x\n...\n")).root().items.size(), 2U);
}

TEST_F(DocumentTest, AMissingFileIsNamed) {
  try {
    const Document document(folder / "missing.yaml");
    FAIL() << "a missing file was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(),
              (folder / "missing.yaml").string() + ": cannot be read: No such file or directory");
  }
}

TEST_F(DocumentTest, AFolderIsNotAFile) {
  try {
    const Document document(folder / "");
    FAIL() << "a folder was read";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), folder.text() + "/: cannot be read: Is a directory");
  }
}

TEST_F(DocumentTest, WhatIsNotYamlIsRefusedWhereItStands) {
  EXPECT_EQ(refusal("a: 1\nb: ]\n"), "f:2:4: not YAML: illegal flow end");
  EXPECT_EQ(refusal("a: b: c\n"), "f:1:5: not YAML: illegal map value");
}

TEST_F(DocumentTest, DuplicateKeysAreRefusedAtEveryLevel) {
  EXPECT_EQ(refusal("a: 1\nb: 2\na: 3\n"), "f:3:1: duplicate key 'a'");
  EXPECT_EQ(refusal("a: {x: 1, 'x': 2}\n"), "f:1:11: duplicate key 'x'");
  EXPECT_EQ(refusal("a: {x: 1}\nb: {x: 1}\n"), "");
}

TEST_F(DocumentTest, AnchorsAndAliasesAreRefused) {
  const std::string reason = "anchors and aliases (& and *) are not understood; quote a text that begins so";
  EXPECT_EQ(refusal("a: &x 1\n"), "f:1:4: " + reason);
  EXPECT_EQ(refusal("a: &x [1]\nb: *x\n"), "f:1:4: " + reason);
  EXPECT_EQ(refusal("&x a: 1\n"), "f:1:1: " + reason);
}

TEST_F(DocumentTest, TagsAreRefused) {
  EXPECT_EQ(refusal("a: !!str 1\n"), "f:1:4: tags (!) are not understood");
  EXPECT_EQ(refusal("a: !own {b: c}\n"), "f:1:4: tags (!) are not understood");
}

TEST_F(DocumentTest, ASecondDocumentIsRefused) {
  EXPECT_EQ(refusal("a: 1\n---\nb: 2\n"), "f:2:1: expected the end of the file, found a second document");
}

TEST_F(DocumentTest, AKeyMustBeText) {
  EXPECT_EQ(refusal("? [a]\n: b\n"), "f:1:3: expected a key");
  EXPECT_EQ(refusal("{: b}\n"), "f:1:2: expected a key");
}

TEST_F(DocumentTest, DeepNestingIsRefused) {
  EXPECT_EQ(refusal("[[[[[[[[1]]]]]]]]"), "");
  EXPECT_EQ(refusal("[[[[[[[[[1]]]]]]]]]"), "f:1:9: nested too deeply");
  EXPECT_EQ(refusal(std::string(100'000, '[') + std::string(100'000, ']')), "f:1:9: nested too deeply");
}

TEST_F(DocumentTest, ControlCharactersAreRefused) {
  EXPECT_EQ(refusal(std::string("a: 1\nb: \x04\n")), "f:2:4: expected UTF-8 text without control characters");
  EXPECT_EQ(refusal(std::string("a\0", 2)), "f:1:2: expected UTF-8 text without control characters");
  EXPECT_EQ(refusal("a: 1\r\nb: 2\t\r\n"), "");
}

}  // namespace
}  // namespace flowgate::conf
