#include "transport/dns/srv_order.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace flowgate::dns {
namespace {

using Iterator = std::vector<Srv>::iterator;

// "arrange all SRV RRs (that have not been ordered yet) in any order, except that all those with weight 0 are
// placed at the beginning of the list." Any order: by chance, so that records that all have weight 0 share
// the load too.
void arrange(std::vector<Srv>& records, const Random& random) {
  for (std::size_t left = records.size(); left > 1; --left) {
    std::swap(records[left - 1], records[random() % left]);
  }
  std::stable_sort(records.begin(), records.end(), [](const Srv& a, const Srv& b) {
    return std::pair(a.priority, a.weight != 0) < std::pair(b.priority, b.weight != 0);
  });
}

// "choose a uniform random number between 0 and the sum computed (inclusive), and select the RR whose running
// sum value is the first in the selected order which is greater than or equal to the random number selected."
Iterator select(Iterator first, Iterator last, const Random& random) {
  std::uint64_t sum = 0;
  for (auto record = first; record != last; ++record) sum += record->weight;
  const std::uint64_t number = random() % (sum + 1);
  std::uint64_t running = 0;
  return std::find_if(first, last, [&](const Srv& record) { return (running += record.weight) >= number; });
}

}  // namespace

std::vector<Srv> order_srv(std::vector<Srv> records, const Random& random) {
  arrange(records, random);
  for (auto first = records.begin(); first != records.end(); ++first) {
    const auto last = std::find_if(first, records.end(),
                                   [&](const Srv& record) { return record.priority != first->priority; });
    const auto selected = select(first, last, random);
    std::rotate(first, selected, selected + 1);
  }
  return records;
}

}  // namespace flowgate::dns
