#include "request/json_numbers.h"

#include <algorithm>

#include "json.h"
#include "text.h"

namespace helpdesk {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_from(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at]))
        ++at;
    return at;
}

// Returns where the number of JSON's grammar (RFC 8259) that begins at `at` ends. Returns `at` itself if
// there is none.
std::size_t number_end(std::string_view text, std::size_t at) {
    const std::size_t begin = at + (text[at] == '-' ? 1 : 0);
    const bool zero = begin < text.size() && text[begin] == '0';
    std::size_t end = zero ? begin + 1 : digits_from(text, begin);
    if (end == begin)
        return at;
    if (end < text.size() && text[end] == '.') {
        const std::size_t fraction = digits_from(text, end + 1);
        if (fraction == end + 1)
            return at;
        end = fraction;
    }
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        const bool sign = end + 1 < text.size() && (text[end + 1] == '+' || text[end + 1] == '-');
        const std::size_t first = end + 1 + (sign ? 1 : 0);
        const std::size_t exponent = digits_from(text, first);
        if (exponent == first)
            return at;
        end = exponent;
    }
    return end;
}

std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
            ++at;
    return std::min(at + 1, text.size());
}

// Returns the text of a string that has its quotation marks. Returns nothing if the token is no string.
std::optional<std::string> decode_string(std::string_view token) {
    const Json value(json_loadb(token.data(), token.size(), JSON_DECODE_ANY | JSON_ALLOW_NUL, nullptr));
    if (value == nullptr || !json_is_string(value.get()))
        return std::nullopt;
    return std::string(json_string_value(value.get()), json_string_length(value.get()));
}

// Returns the text of the string with which `json` begins, unless it is longer there than `longest`.
std::optional<std::string> first_string(std::string_view json, std::size_t longest) {
    const std::size_t end = string_end(json, 0);
    return end <= longest ? decode_string(json.substr(0, end)) : std::nullopt;
}

// Goes through JSON token by token: a string is one, and so is every other byte. Accepts any bytes, and
// allocates nothing.
class Tokens {
  public:
    explicit Tokens(std::string_view json) : json_(json) {}

    bool next() {
        begin_ = end_;
        if (begin_ >= json_.size())
            return false;
        end_ = first() == '"' ? string_end(json_, begin_) : begin_ + 1;
        if (first() == '{' || first() == '[')
            ++depth_;
        else if (is_end_of_value())
            depth_ -= depth_ > 0 ? 1 : 0;
        else if (first() == ',')
            ++commas_;
        return true;
    }

    // Goes on to the next member of this name of the outermost object, in any case, and returns where its
    // value begins. Returns nothing if there is none, or more than so many commas before it.
    std::optional<std::size_t> next_member(std::string_view name, std::size_t most_commas) {
        // Each character of a name may be an escape of six.
        const std::size_t longest_name = 6 * name.size() + 2;
        while (next() && commas_ <= most_commas) {
            if (depth_ != 1 || first() != '"' || end_ - begin_ > longest_name)
                continue;
            const std::size_t colon = json_.find_first_not_of(json_space, end_);
            if (colon == std::string_view::npos || json_[colon] != ':')
                continue;
            const auto found = decode_string(json_.substr(begin_, end_ - begin_));
            end_ = colon + 1;
            if (found && text::to_lower(*found) == name)
                return std::min(json_.find_first_not_of(json_space, end_), json_.size() - 1);
        }
        return std::nullopt;
    }

    char first() const { return json_[begin_]; }
    bool is_end_of_value() const { return first() == '}' || first() == ']'; }
    std::size_t begin() const { return begin_; }
    std::size_t end() const { return end_; }
    void go_to(std::size_t end) { end_ = end; }
    std::size_t depth() const { return depth_; }
    std::size_t commas() const { return commas_; }

  private:
    std::string_view json_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t depth_ = 0;
    std::size_t commas_ = 0;
};

}  // namespace

std::optional<JsonNumbers> extract_numbers(std::string_view json, std::size_t most_items) {
    JsonNumbers result{.without = std::string(json), .values = {}};
    Tokens tokens(json);
    while (tokens.next()) {
        if (tokens.commas() > most_items)
            return std::nullopt;
        if (tokens.first() != '-' && !is_digit(tokens.first()))
            continue;
        const std::size_t begin = tokens.begin();
        const std::size_t end = number_end(json, begin);
        if (end == begin) {
            // All of it is left as it is, so that --1 does not become a valid -0.
            tokens.go_to(std::min(json.find_first_not_of("+-.0123456789Ee", begin), json.size()));
            continue;
        }
        // What follows is left to the parser, which rejects a second number beside this one, as in 01.
        tokens.go_to(end);
        std::fill(result.without.begin() + static_cast<std::ptrdiff_t>(begin),
                  result.without.begin() + static_cast<std::ptrdiff_t>(end), ' ');
        result.without[begin] = '0';
        if (tokens.depth() == 1)
            result.values.push_back(json.substr(begin, end - begin));
    }
    return result;
}

std::optional<std::string> find_json_string(std::string_view json, std::string_view name,
                                            std::size_t most_items, std::size_t longest) {
    Tokens tokens(json);
    while (const auto value = tokens.next_member(name, most_items))
        if (json[*value] == '"')
            return first_string(json.substr(*value), longest);
    return std::nullopt;
}

std::string_view find_json_list(std::string_view json, std::string_view name) {
    Tokens tokens(json);
    while (const auto value = tokens.next_member(name, json.size()))
        if (json[*value] == '[')
            return json.substr(*value, json_value_end(json.substr(*value)));
    return {};
}

std::optional<std::string> first_json_string(std::string_view list, std::size_t longest) {
    const std::size_t at = list.find_first_not_of(json_space, 1);
    return at == std::string_view::npos || list[at] != '"' ? std::nullopt
                                                           : first_string(list.substr(at), longest);
}

std::size_t json_value_end(std::string_view json) {
    Tokens tokens(json);
    while (tokens.next())
        if (tokens.is_end_of_value() && tokens.depth() == 0)
            return tokens.end();
    return json.size();
}

}  // namespace helpdesk
