// Where an allocation fails while a call takes the geocoder's answer, the exception leaves the call, so that
// the module can end the request.
#include <cstdlib>
#include <new>

#include "calls/calls.h"

namespace {

constexpr int never = -1;
int allocations_left = never;

}  // namespace

// All allocations of the test program in C++ come through here.
void* operator new(std::size_t size) {
    if (allocations_left == 0)
        throw std::bad_alloc();
    if (allocations_left > 0)
        --allocations_left;
    if (void* memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}

namespace helpdesk {
namespace {

class NoMemory : public Calls {
  protected:
    // Gives the answer to one call after another, with one allocation more for each, until that is enough.
    // Returns for how many it was not.
    int failures(const std::string& query, const OutsideReply& reply) {
        for (int allowed = 0;; ++allowed) {
            const std::unique_ptr<Call> one = call(query);
            EXPECT_EQ(one->stage(), Stage::ask);
            allocations_left = allowed;
            try {
                one->apply_reply(reply);
                allocations_left = never;
                EXPECT_NE(one->stage(), Stage::ask);
                return allowed;
            } catch (const std::bad_alloc&) {
                allocations_left = never;
            }
        }
    }
};

TEST_F(NoMemory, EndsACallThatTakesTheGeocodersAnswer) {
    settings_.geocoder = true;
    const std::string query =
        "action=add_customer&cid=x&street=" + std::string(100, 's') + "&city=Ulm&zip=89073&pass=a-password";
    const std::string decimals(40, '4');
    EXPECT_GT(failures(query, {.status = 200, .body = R"([{"lat":"48.)" + decimals + R"(","lon":"9.98"}])"}),
              0);
    EXPECT_GT(failures(query, {.status = 200, .body = "[]"}), 0);
    EXPECT_GT(failures(query, {.status = 500, .body = std::string(100, 'x')}), 0);
    EXPECT_GT(failures(query, {.failure = "no answer within two thousand milliseconds"}), 0);
}

}  // namespace
}  // namespace helpdesk
