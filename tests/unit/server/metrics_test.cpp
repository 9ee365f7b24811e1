#include "proxy/server/metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace flowgate::server {
namespace {

using sip::Method;

bool has_line(const std::string& text, const std::string& line) {
  return text.find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, RequestsAndResponsesAreThoseOfAllShards) {
  Metrics metrics;
  metrics.shards.resize(2);
  metrics.shards[0].traffic.count_request(Method::invite);
  for (ShardMetrics& shard : metrics.shards) {
    shard.traffic.count_request(Method::update);
    shard.traffic.count_response(299);
  }
  metrics.shards[1].traffic.count_request(Method::other);
  metrics.shards[1].traffic.count_response(603);
  const std::string text = metrics.text();
  EXPECT_TRUE(has_line(text, "# TYPE flowgate_requests_total counter")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_requests_total{method=\"other\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_requests_total{method=\"INVITE\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_requests_total{method=\"UPDATE\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_requests_total{method=\"BYE\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "# TYPE flowgate_responses_total counter")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_responses_total{class=\"1xx\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_responses_total{class=\"2xx\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "flowgate_responses_total{class=\"6xx\"} 1")) << text;
}

TEST(Metrics, WhatIsNoClassIsNotCounted) {
  proxy::Traffic traffic;
  for (const int status : {-1, 0, 99, 700, 999}) traffic.count_response(status);
  EXPECT_EQ(traffic.responses, proxy::Traffic{}.responses);
}

}  // namespace
}  // namespace flowgate::server
