#include "nfc.h"

#include <openssl/crypto.h>
#include <utf8proc.h>

#include <new>
#include <vector>

namespace helpdesk {
namespace {

// A buffer for code points, and then for their UTF-8 in the same place. It is overwritten at its end.
class Secret {
  public:
    explicit Secret(std::size_t size) : points_(size) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { OPENSSL_cleanse(points_.data(), points_.size() * sizeof(points_.front())); }

    utf8proc_int32_t* data() { return points_.data(); }

  private:
    std::vector<utf8proc_int32_t> points_;
};

}  // namespace

std::string to_nfc(std::string_view text) {
    constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const utf8proc_ssize_t needed = utf8proc_decompose(bytes, size, nullptr, 0, options);
    if (needed < 0)
        return std::string(text);
    // utf8proc puts a zero after the text, which needs one more element.
    Secret buffer(static_cast<std::size_t>(needed) + 1);
    const utf8proc_ssize_t points = utf8proc_decompose(bytes, size, buffer.data(), needed, options);
    const utf8proc_ssize_t length = points < 0 ? points : utf8proc_reencode(buffer.data(), points, options);
    if (length < 0)
        throw std::bad_alloc();
    return {reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(length)};
}

}  // namespace helpdesk
