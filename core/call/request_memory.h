// A bound on the memory that requests take while their calls wait and are carried out. max_queue bounds only
// the number of calls, and each may have a body as large as nginx takes.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

namespace helpdesk {

// The memory of the requests that are under way in this process. It may be taken and given back on any
// thread.
//
//   - A request must leave as much as it takes, so that large ones leave room for small ones.
//   - Where there are several databases, each has at most half.
//   - A request that would be the only one always has room. Otherwise one that is larger than half of the
//     bound would be refused for ever.
//   - Strangers, whose requests have shown no key yet, together have at most a quarter. One that is the only
//     stranger is treated as anybody else.
class RequestMemory {
  public:
    static constexpr std::size_t default_most = std::size_t{128} << 20U;

    explicit RequestMemory(std::size_t most) : most_(most) {}

    std::size_t most() const { return most_; }

    enum class Sender { known, stranger };

    class Taken;
    // The memory of one request, for as long as it lives.
    using Share = std::shared_ptr<Taken>;

    // Takes memory for a request to the database, which is only compared. Returns null if there is no room.
    // Throws std::bad_alloc, with nothing taken.
    static Share take(const std::shared_ptr<RequestMemory>& memory, const void* database, std::size_t bytes,
                      Sender sender = Sender::known);

    // Counts the memory as that of a known sender, once the request has shown its key.
    static void set_known(Taken& taken) noexcept;

  private:
    bool add(const void* database, std::size_t bytes, Sender sender);
    void give_back(const void* database, std::size_t bytes, Sender sender) noexcept;

    const std::size_t most_;
    std::mutex mutex_;
    std::size_t taken_ = 0;
    std::size_t taken_by_strangers_ = 0;
    std::map<const void*, std::size_t> taken_by_;  // by each database that was ever used
};

}  // namespace helpdesk
