#include "lanes.hpp"

#include <gtest/gtest.h>

namespace helpdesk::ngx {
namespace {

Tasks tasks(std::initializer_list<std::pair<Lane, int>> all) {
    Tasks tasks;
    for (const auto& [lane, count] : all)
        for (int i = 0; i < count; ++i)
            tasks.begin(lane);
    return tasks;
}

TEST(Room, IsWhatOthersLeave) {
    EXPECT_EQ(room(Lane::read, {}, 8), 8U);
    EXPECT_EQ(room(Lane::read, tasks({{Lane::write, 2}, {Lane::errand, 1}}), 8), 5U);
    EXPECT_EQ(room(Lane::read, tasks({{Lane::read, 8}}), 8), 0U);
    EXPECT_EQ(room(Lane::errand, tasks({{Lane::hash, 8}}), 8), 0U);
    EXPECT_EQ(room(Lane::errand, tasks({{Lane::hash, 7}}), 8), 1U);
}

TEST(Room, OfListsIsHalfOfTheThreads) {
    EXPECT_EQ(room(Lane::bulk, {}, 8), 4U);
    EXPECT_EQ(room(Lane::bulk, tasks({{Lane::bulk, 3}, {Lane::look_up, 3}}), 8), 1U);
    EXPECT_EQ(room(Lane::bulk, {}, 3), 1U);
}

TEST(Room, OfStrangersBodiesIsAQuarterOfTheThreads) {
    EXPECT_EQ(room(Lane::strangers_body, {}, 8), 2U);
    EXPECT_EQ(room(Lane::strangers_body, tasks({{Lane::strangers_body, 2}}), 8), 0U);
    EXPECT_EQ(room(Lane::strangers_body, tasks({{Lane::strangers_body, 1}, {Lane::body, 3}}), 8), 1U);
    EXPECT_EQ(room(Lane::strangers_body, {}, 7), 1U);
}

// Whatever waits for rows, and together.
TEST(Room, OfWritesLeavesAQuarterOfTheThreads) {
    for (const Lane lane : {Lane::write, Lane::transaction}) {
        EXPECT_EQ(room(lane, {}, 8), 6U);
        EXPECT_EQ(room(lane, {}, 7), 6U);
        EXPECT_EQ(room(lane, {}, 2), 1U);
        EXPECT_EQ(room(lane, tasks({{Lane::write, 1}, {Lane::transaction, 2}, {Lane::bulk, 2}}), 8), 1U);
        EXPECT_EQ(room(lane, tasks({{Lane::write, 2}, {Lane::transaction, 2}, {Lane::bulk, 2}}), 8), 0U);
        EXPECT_EQ(room(lane, tasks({{Lane::look_up, 2}, {Lane::health, 1}}), 8), 5U);
        EXPECT_EQ(room(lane, tasks({{Lane::look_up, 2}, {Lane::health, 1}, {Lane::bulk, 4}}), 8), 1U);
    }
    EXPECT_EQ(room(Lane::bulk, tasks({{Lane::transaction, 5}}), 8), 1U);
    const Tasks six = tasks({{Lane::transaction, 6}});
    EXPECT_EQ(room(Lane::bulk, six, 8), 0U);
    for (const Lane lane : {Lane::look_up, Lane::read, Lane::health, Lane::hash, Lane::body})
        EXPECT_EQ(room(lane, six, 8), 2U);
}

TEST(Room, OfOneThreadIsForAny) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
        EXPECT_EQ(room(static_cast<Lane>(lane), {}, 1), 1U) << lane;
}

TEST(LanesWithoutAKey, GoAfterThoseWithOne) {
    EXPECT_EQ(lane_before(Lane::sign_in), Lane::hash);
    EXPECT_EQ(lane_before(Lane::strangers_body), Lane::body);
    EXPECT_EQ(lane_before(Lane::hash), std::nullopt);
}

}  // namespace
}  // namespace helpdesk::ngx
