// From the bytes of a request to its variables. Knows the four encodings, and nothing of actions; the rows of
// an import are read by rows.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/problem.h"

namespace helpdesk {

// What a request may hold; more is an error, so that a hostile request stays cheap.
inline constexpr std::size_t max_variables = 1000;

// The field in which a browser's form names the charset that it is sent in (RFC 7578).
inline constexpr std::string_view charset_variable = "_charset_";

// The variables of one request, from query and body together, and what was wrong with them.
class Variables {
  public:
    // Takes one variable. The name is folded to lower case. A value that is not clean UTF-8, a name that
    // comes twice and a variable too many become problems.
    void add(std::string_view name, std::string value);
    void add_problem(Problem problem) { problems_.push_back(std::move(problem)); }
    // A problem that hides variables: a body that cannot be read to its end.
    void add_unreadable(Problem problem) {
        add_problem(std::move(problem));
        complete_ = false;
    }

    // The value, or null when the variable was not supplied. `name` in lower case.
    const std::string* find(std::string_view name) const;
    // The value, empty when the variable was not supplied.
    std::string_view get(std::string_view name) const;

    struct Variable {
        std::string name;
        std::string value;
    };
    const std::vector<Variable>& all() const { return all_; }
    const Problems& problems() const { return problems_; }
    // Whether every variable of the request is here, so that a missing one was not sent.
    bool complete() const { return complete_; }

  private:
    std::vector<Variable> all_;
    Problems problems_;
    bool complete_ = true;
};

// A name as it may stand in a message or a header: percent-encoded where it is not plain, cut at 64 bytes.
std::string printable_name(std::string_view name);

// `a=1&b=2`, of a query string or an application/x-www-form-urlencoded body.
void decode_form(std::string_view encoded, Variables& variables);

// multipart/form-data (RFC 7578), text fields only. `content_type` is the header with its boundary.
void decode_multipart(std::string_view body, std::string_view content_type, Variables& variables);

// A flat application/json object: strings, numbers as they are written, true and false as Y and N, null as
// empty. `what` it is stands in messages.
void decode_json(std::string_view body, Variables& variables, const std::string& what = "body");

// The first three are what decode_body takes; csv and ndjson carry rows.
enum class BodyType { form, multipart, json, csv, ndjson, unsupported };

// Reads a Content-Type header. A charset other than UTF-8 (or its part US-ASCII) is unsupported.
BodyType body_type(std::string_view content_type);

// The charset of a Content-Type header if it is not UTF-8 (or its part US-ASCII); nothing if it is, or if the
// header names none.
std::optional<std::string> unsupported_charset(std::string_view content_type);

// The value of one variable of a body, found before the body is decoded and without memory for the rest of
// it: the key of a caller who is not known yet. Nothing where it is not found at once.
std::optional<std::string> find_in_body(BodyType type, std::string_view body, std::string_view content_type,
                                        std::string_view name);

// Decodes the body by its type, which must be one of the first three.
void decode_body(BodyType type, std::string_view body, std::string_view content_type, Variables& variables);

// The values that a header such as `form-data; name="cid"` gives a parameter, unquoted: one, unless the
// parameter is missing or comes again.
std::vector<std::string> header_parameters(std::string_view header, std::string_view name);

}  // namespace helpdesk
