#include "db/statements/list_position.h"

#include <gtest/gtest.h>

#include <limits>

namespace helpdesk {
namespace {

using Record = FoundRecords::Record;

std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs(const std::vector<Record>& records) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs;
    pairs.reserve(records.size());
    for (const Record& record : records)
        pairs.emplace_back(record.id, record.changed);
    return pairs;
}

TEST(FoundRecords, AreGivenInTheirOrder) {
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    const std::vector<Record> records = {
        {1, 0},  {2, 0},  {1'000'000, 20240505100000}, {3, 20240505100000}, {largest, 20261231235959}, {1, 5},
        {63, 5}, {127, 0}};
    FoundRecords found;
    EXPECT_TRUE(found.empty());
    for (const Record& record : records)
        found.add(record);
    found.end();
    EXPECT_EQ(pairs(found.front(100)), pairs(records));
    for (std::size_t i = 0; i < records.size(); ++i) {
        EXPECT_FALSE(found.empty());
        EXPECT_EQ(pairs(found.front(2)),
                  pairs({records.begin() + static_cast<std::ptrdiff_t>(i),
                         records.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, records.size()))}));
        found.skip();
    }
    EXPECT_TRUE(found.empty());
    EXPECT_TRUE(found.front(1).empty());
}

}  // namespace
}  // namespace helpdesk
