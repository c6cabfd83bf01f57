// Turns the bytes of a request into its variables. Knows the encodings of bodies, and nothing of actions. The
// rows of an import are read by rows.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer/problem.h"

namespace helpdesk {

// The most variables that a request may hold. The limit keeps a hostile request cheap.
inline constexpr std::size_t max_variables = 1000;

// The field in which a browser's form names its charset (RFC 7578).
inline constexpr std::string_view charset_variable = "_charset_";

// Holds the variables of one request, from query string and body together, and what was wrong with them.
class Variables {
  public:
    // Adds a variable. Its name becomes lower case. A value that is not UTF-8 or not printable, a name that
    // occurs twice, and a variable too many become problems.
    void add(std::string_view name, std::string value);
    // Gives a variable another name, in lower case. Returns false, and changes nothing, if there is a
    // variable of that name already.
    bool rename(std::string_view name, std::string_view new_name);
    void add_problem(Problem problem) { problems_.push_back(std::move(problem)); }
    // Adds a problem that hides variables, such as a body that cannot be read to its end.
    void add_unreadable(Problem problem) {
        add_problem(std::move(problem));
        complete_ = false;
    }

    // Returns the value, or null if the variable was not sent. `name` must be in lower case.
    const std::string* find(std::string_view name) const;
    // Returns the value, or an empty text if the variable was not sent.
    std::string_view get(std::string_view name) const;

    // A variable as it was sent.
    struct Sent {
        std::string name;
        std::string value;
    };
    const std::vector<Sent>& all() const { return all_; }
    const Problems& problems() const { return problems_; }
    // Returns whether all of the request was read, so that a variable that is missing was not sent.
    bool complete() const { return complete_; }

  private:
    std::vector<Sent> all_;
    Problems problems_;
    bool complete_ = true;
};

// Returns the problem of a variable that was sent by its own name and by an alias.
Problem sent_as_well_as(std::string_view variable, std::string_view alias);

// Returns a name as a message or a header can show it: percent-encoded unless it is plain, and cut at 64
// bytes.
std::string printable_name(std::string_view name);

// Decodes `a=1&b=2`, which is a query string or an application/x-www-form-urlencoded body.
void decode_form(std::string_view encoded, Variables& variables);

// Decodes multipart/form-data (RFC 7578) with text fields only. `content_type` is the header, with its
// boundary.
void decode_multipart(std::string_view body, std::string_view content_type, Variables& variables);

// Decodes a flat application/json object. Numbers keep the digits that were written, true and false become Y
// and N, null becomes an empty text. `what` names the object in messages.
void decode_json(std::string_view body, Variables& variables, const std::string& what = "body");

// decode_body() reads the first three; csv and ndjson carry rows.
enum class BodyType { form, multipart, json, csv, ndjson, unsupported };

// Reads a Content-Type header. A charset other than UTF-8 (or US-ASCII, its subset) is unsupported.
BodyType body_type(std::string_view content_type);

// Returns the charset of a Content-Type header if it is not UTF-8 (or US-ASCII, its subset). Returns nothing
// if it is, or if the header names none.
std::optional<std::string> unsupported_charset(std::string_view content_type);

// Finds the value of one variable before the body is decoded, and without memory for the rest of it. It is
// for the key of a caller who is not known yet. Returns nothing if the value is not found at once.
std::optional<std::string> find_in_body(BodyType type, std::string_view body, std::string_view content_type,
                                        std::string_view name);

// Decodes a body, whose type must be one of the first three.
void decode_body(BodyType type, std::string_view body, std::string_view content_type, Variables& variables);

}  // namespace helpdesk
