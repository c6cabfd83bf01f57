#include "format.h"

#include <libxml/parser.h>
#include <libxml/xmlwriter.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "json.h"
#include "text.h"

namespace helpdesk {
namespace {

struct Names {
    Format format;
    std::string_view name;
    std::string_view content_type;
};

constexpr std::array formats = {
    Names{Format::xml, "xml", "text/xml; charset=utf-8"},
    Names{Format::json, "json", "application/json"},
    Names{Format::url, "url", "text/plain; charset=utf-8"},
};

// The answer as data: what all three formats write.
struct Field {
    std::string_view name;
    std::string_view value;
};
using Record = std::vector<Field>;

// XML, by libxml2's writer.

struct BufferDeleter {
    void operator()(xmlBuffer* buffer) const { xmlBufferFree(buffer); }
};
struct WriterDeleter {
    void operator()(xmlTextWriter* writer) const { xmlFreeTextWriter(writer); }
};

const xmlChar* xml(const std::string& text) {
    return reinterpret_cast<const xmlChar*>(text.c_str());
}

class XmlDocument {
  public:
    explicit XmlDocument(const std::string& root) {
        // libxml2 sets up its globals once, before threads share them.
        static const bool ready = (xmlInitParser(), true);
        static_cast<void>(ready);
        buffer_.reset(xmlBufferCreate());
        writer_.reset(xmlNewTextWriterMemory(buffer_.get(), 0));
        if (writer_ == nullptr)
            throw std::bad_alloc();
        xmlTextWriterSetIndent(writer_.get(), 1);
        xmlTextWriterSetIndentString(writer_.get(), xml("    "));
        check(xmlTextWriterStartDocument(writer_.get(), nullptr, nullptr, nullptr));
        check(xmlTextWriterStartElement(writer_.get(), xml(root)));
    }

    void start(const std::string& name) { check(xmlTextWriterStartElement(writer_.get(), xml(name))); }

    void attribute(const std::string& name, const std::string& value) {
        check(xmlTextWriterWriteAttribute(writer_.get(), xml(name), xml(value)));
    }

    // The reference shows quotation marks as they are; libxml2 would write &quot;.
    void text(std::string_view text) {
        while (true) {
            const std::size_t quote = text.find('"');
            check(xmlTextWriterWriteString(writer_.get(), xml(std::string(text.substr(0, quote)))));
            if (quote == std::string_view::npos)
                return;
            check(xmlTextWriterWriteRaw(writer_.get(), xml("\"")));
            text.remove_prefix(quote + 1);
        }
    }

    void end() { check(xmlTextWriterEndElement(writer_.get())); }

    // The document, without the line break that libxml2 puts at its end.
    std::string finish() {
        check(xmlTextWriterEndDocument(writer_.get()));
        writer_.reset();
        std::string_view document(reinterpret_cast<const char*>(xmlBufferContent(buffer_.get())),
                                  static_cast<std::size_t>(xmlBufferLength(buffer_.get())));
        while (document.ends_with('\n'))
            document.remove_suffix(1);
        return std::string(document);
    }

  private:
    static void check(int result) {
        if (result < 0)
            throw std::runtime_error("libxml2 could not write the answer");
    }

    std::unique_ptr<xmlBuffer, BufferDeleter> buffer_;
    std::unique_ptr<xmlTextWriter, WriterDeleter> writer_;
};

// JSON, by jansson.

void check_json(bool done) {
    if (!done)
        throw std::runtime_error("jansson could not write the answer");
}

std::string write_json(std::string_view root_name, const std::vector<Record>& records) {
    json_t* list = json_array();
    const Json root(json_pack("{s:o}", std::string(root_name).c_str(), list));
    check_json(root != nullptr);
    for (const Record& record : records) {
        json_t* object = json_object();
        check_json(json_array_append_new(list, object) == 0);
        for (const Field& field : record)
            check_json(json_object_set_new(object, std::string(field.name).c_str(),
                                           json_stringn(field.value.data(), field.value.size())) == 0);
    }
    const std::unique_ptr<char, decltype(&std::free)> bytes(json_dumps(root.get(), JSON_COMPACT), &std::free);
    check_json(bytes != nullptr);
    return bytes.get();
}

// URL-delimited: a line for each record. A value in which a delimiter occurs is percent-encoded whole, so
// that a client that always decodes gets every value back.

std::string write_url(const std::vector<Record>& records) {
    std::string result;
    for (const Record& record : records) {
        if (!result.empty())
            result += '\n';
        for (const Field& field : record) {
            if (&field != &record.front())
                result += '&';
            result += field.name;
            result += '=';
            const bool plain = field.value.find_first_of("&=%\r\n+") == std::string_view::npos;
            result += plain ? std::string(field.value) : text::percent_encode(field.value);
        }
    }
    return result;
}

std::string message(const Problem& problem) {
    return problem.variable.empty() ? problem.text : problem.variable + ": " + problem.text;
}

// The quality of a media range such as `text/xml;q=0.5`: 0 to 1, 1 when none is given.
double quality(std::string_view range) {
    const std::size_t at = text::to_lower(range).find("q=");
    return at == std::string::npos ? 1 : std::strtod(std::string(range.substr(at + 2)).c_str(), nullptr);
}

std::optional<Format> format_of_media_type(std::string_view type) {
    if (type == "application/json")
        return Format::json;
    if (type == "application/xml" || type == "text/xml")
        return Format::xml;
    if (type == "application/x-www-form-urlencoded")
        return Format::url;
    return std::nullopt;
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
    const auto* found = std::find_if(formats.begin(), formats.end(),
                                     [&](const Names& f) { return text::equal_ignoring_case(f.name, name); });
    return found == formats.end() ? std::nullopt : std::optional(found->format);
}

std::optional<Format> preferred_format(std::string_view accept) {
    constexpr std::size_t most_ranges = 32;
    std::optional<Format> best;
    double best_quality = 0;
    for (const std::string& range : text::split_list(accept, most_ranges)) {
        const std::string type = text::to_lower(text::trim(range.substr(0, range.find(';'))));
        const auto format = format_of_media_type(type);
        if (format && quality(range) > best_quality) {
            best = format;
            best_quality = quality(range);
        }
    }
    return best;
}

std::string_view content_type(Format format) {
    return formats.at(static_cast<std::size_t>(format)).content_type;
}

std::string write_answer(Format format, std::string_view variable, std::string_view value) {
    if (format == Format::xml) {
        XmlDocument document("response");
        document.start(std::string(variable));
        document.text(value);
        document.end();
        return document.finish();
    }
    const std::vector<Record> records = {{{variable, value}}};
    return format == Format::json ? write_json("response", records) : write_url(records);
}

std::string write_problems(Format format, const Problems& problems) {
    if (format == Format::xml) {
        XmlDocument document("response");
        for (const Problem& problem : problems) {
            document.start("error");
            document.attribute("code", std::string(problem.code));
            document.text(message(problem));
            document.end();
        }
        return document.finish();
    }
    std::vector<std::string> messages;
    messages.reserve(problems.size());
    std::vector<Record> records;
    for (const Problem& problem : problems) {
        messages.push_back(message(problem));
        records.push_back(
            {{"error", messages.back()}, {"code", problem.code}, {"variable", problem.variable}});
    }
    return format == Format::json ? write_json("response", records) : write_url(records);
}

}  // namespace helpdesk
