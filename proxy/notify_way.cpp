#include "proxy/notify_way.h"

#include <algorithm>
#include <utility>

#include "proxy/next_hops.h"
#include "registrar/gruu.h"
#include "sip/address.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

using Done = std::function<void(std::optional<NotifyWay>)>;

// By the first Route value or, without any, by the Request-URI.
void connect(const NotifierParts& parts, const Flow& source, std::size_t octets, NotifyWay way,
             const std::string& next_hop, Done done) {
  find_next_hops(
      parts.core, next_hop, source.remote.is_loopback(), octets,
      [&core = parts.core, way = std::move(way), done = std::move(done)](std::vector<NextHop> hops) {
        connect_first(core, std::move(hops), [way, done](boost::system::result<Flow> flow) {
          if (!flow) return done(std::nullopt);
          done(NotifyWay{way.request_uri, way.routes, *flow});
        });
      });
}

std::string uri_of_route(std::string_view value) {
  const auto address = sip::Address::parse(value);
  return std::string(address ? address->uri.text : std::string_view{});
}

void along_routes(const NotifierParts& parts, const NotifierDialog& dialog, std::size_t octets, Done done) {
  std::string_view rest = dialog.routes();
  const std::string_view first = sip::cut_value(rest);
  const std::string next_hop = uri_of_route(first);
  const auto uri = sip::Uri::parse(next_hop);
  NotifyWay way{dialog.remote_target(), dialog.routes(), {}};
  if (uri && !uri->params.has("lr")) {
    // RFC 3261 §12.2.1.1: a strict router's URI becomes the Request-URI, and the remote target "the last
    // value" of Route.
    way.request_uri = next_hop;
    way.routes = std::string(rest) + (rest.empty() ? "<" : ", <") + dialog.remote_target() + ">";
  }
  connect(parts, dialog.flow(), octets, std::move(way), next_hop, std::move(done));
}

void to_instance(const NotifierParts& parts, const NotifierDialog& dialog, const sip::Uri& gruu,
                 std::size_t octets, Done done) {
  parts.core.registrar.locate(
      gruu, parts.now(),
      [&parts, flow = dialog.flow(), direct = dialog.direct(), gruu = dialog.remote_target(), octets,
       done = std::move(done)](const registrar::Located& located) {
        // A flow without a binding still leads to the UA.
        if (located.targets.empty())
          return done(direct ? std::optional{NotifyWay{gruu, {}, flow}} : std::nullopt);
        const auto same_flow = std::ranges::find_if(located.targets, [&](const registrar::Target& target) {
          return target.by_flow && target.flow == flow;
        });
        const registrar::Target& target =
            same_flow == located.targets.end() ? located.targets.front() : *same_flow;
        NotifyWay way{target.uri, target.path, target.flow};
        if (target.by_flow) return done(std::move(way));
        std::string_view path = target.path;
        const std::string next_hop = path.empty() ? target.uri : uri_of_route(sip::cut_value(path));
        connect(parts, flow, octets, std::move(way), next_hop, done);
      });
}

}  // namespace

void find_notify_way(const NotifierParts& parts, const NotifierDialog& dialog, std::size_t octets,
                     std::function<void(std::optional<NotifyWay>)> done) {
  if (!dialog.routes().empty()) return along_routes(parts, dialog, octets, std::move(done));
  const std::string& target = dialog.remote_target();
  const auto uri = sip::Uri::parse(target);
  if (uri && parts.domains.owns(*uri) && registrar::is_gruu(*uri))
    return to_instance(parts, dialog, *uri, octets, std::move(done));
  NotifyWay way{target, {}, dialog.flow()};
  if (dialog.direct()) return done(std::move(way));
  connect(parts, dialog.flow(), octets, std::move(way), target, std::move(done));
}

}  // namespace flowgate::proxy
