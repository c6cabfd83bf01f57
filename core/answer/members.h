// Writes objects whose values are texts as JSON, member by member.
#pragma once

#include <string_view>
#include <utility>

#include "answer/text_builder.h"
#include "json.h"

namespace helpdesk {

// Appends to a text, which must outlive it. Most values have nothing to escape, and are copied once.
class Members {
  public:
    explicit Members(TextBuilder& text) : text_(text) {}

    void begin() {
        first_ = true;
        text_.append("{");
    }
    void add(std::string_view name, std::string_view value) {
        begin_value(name);
        piece(value);
        end_value();
    }
    // The name must need no escaping. The value follows in pieces of whole characters.
    void begin_value(std::string_view name) {
        text_.append(std::exchange(first_, false) ? "\"" : ",\"");
        text_.append(name);
        text_.append("\":\"");
    }
    void piece(std::string_view text) {
        if (json::is_plain(text))
            text_.append(text);
        else
            text_.append(json::escaped(text));
    }
    void end_value() { text_.append("\""); }
    void end() { text_.append("}"); }

  private:
    TextBuilder& text_;
    bool first_ = true;
};

}  // namespace helpdesk
