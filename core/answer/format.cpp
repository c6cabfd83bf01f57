#include "answer/format.h"

#include <libxml/parser.h>
#include <libxml/xmlwriter.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <utility>

#include "answer/members.h"
#include "json.h"
#include "text.h"

namespace helpdesk {
namespace {

// XML, written by libxml2.

struct WriterDeleter {
    void operator()(xmlTextWriter* writer) const { xmlFreeTextWriter(writer); }
};

const xmlChar* xml(const std::string& text) {
    return reinterpret_cast<const xmlChar*>(text.c_str());
}

class XmlDocument {
  public:
    // Writes to the end of `text`, which must outlive the document.
    XmlDocument(const std::string& root, TextBuilder& text) : text_(text) {
        // libxml2 must set up its globals once, before threads share them.
        static const bool ready = (xmlInitParser(), true);
        static_cast<void>(ready);
        xmlOutputBuffer* output = xmlOutputBufferCreateIO(append, nullptr, &text_, nullptr);
        writer_.reset(output == nullptr ? nullptr : xmlNewTextWriter(output));
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

    // The original web service writes quotation marks as they are; libxml2 would write &quot;.
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

    void element(const Field& field) {
        start(std::string(field.name));
        text(field.value);
        end();
    }

    void end() { check(xmlTextWriterEndElement(writer_.get())); }

    // Moves what libxml2 buffers into the text.
    void flush() { check(xmlTextWriterFlush(writer_.get())); }

    // Ends the document, and removes the line break that libxml2 adds.
    void finish() {
        check(xmlTextWriterEndDocument(writer_.get()));
        writer_.reset();
        while (text_.ends_with('\n'))
            text_.remove_last();
    }

  private:
    static void check(int result) {
        if (result < 0)
            throw std::runtime_error("libxml2 could not write the answer");
    }

    static int append(void* text, const char* bytes, int size) noexcept {
        try {
            static_cast<TextBuilder*>(text)->append({bytes, static_cast<std::size_t>(size)});
            return size;
        } catch (const std::exception&) {
            return -1;
        }
    }

    TextBuilder& text_;
    std::unique_ptr<xmlTextWriter, WriterDeleter> writer_;
};

// JSON, in which every value is a text. What is to be escaped is written by jansson; building its objects
// took a sixth of a look-up's processor time.
class JsonListWriter : public ListWriter {
  public:
    explicit JsonListWriter(std::string_view root) { text_.append("{" + json::quoted(root) + ":["); }

    void begin_record() override {
        if (!std::exchange(first_, false))
            text_.append(",");
        members_.begin();
    }
    void field(const Field& field) override { members_.add(field.name, field.value); }
    void begin_value(std::string_view name) override { members_.begin_value(name); }
    void piece(std::string_view text) override { members_.piece(text); }
    void end_value() override { members_.end_value(); }
    void end_record() override { members_.end(); }

    TextPieces finish() override {
        text_.append("]}");
        return take();
    }

  private:
    bool first_ = true;
    Members members_{text_};
};

// URL-delimited text: one line for each record. A value that contains a delimiter is percent-encoded
// completely, so that a client that always decodes gets every value back. A value in pieces is always
// encoded.

class UrlListWriter : public ListWriter {
  public:
    void begin_record() override {
        if (!std::exchange(first_, false))
            text_.append("\n");
        first_field_ = true;
    }

    void field(const Field& field) override {
        begin_value(field.name);
        const bool plain = field.value.find_first_of("&=%\r\n+") == std::string_view::npos;
        text_.append(plain ? std::string(field.value) : text::percent_encode(field.value));
    }

    void begin_value(std::string_view name) override {
        if (!std::exchange(first_field_, false))
            text_.append("&");
        text_.append(name);
        text_.append("=");
    }

    void piece(std::string_view text) override { text_.append(text::percent_encode(text)); }
    void end_value() override {}
    void end_record() override {}

  private:
    bool first_ = true;
    bool first_field_ = true;
};

class XmlListWriter : public ListWriter {
  public:
    XmlListWriter(std::string_view root, std::string_view name)
        : document_(std::string(root), text_), name_(name) {}

    void begin_record() override { document_.start(name_); }
    void field(const Field& field) override { document_.element(field); }
    void begin_value(std::string_view name) override { document_.start(std::string(name)); }
    void piece(std::string_view text) override { document_.text(text); }
    void end_value() override { document_.end(); }
    void end_record() override { document_.end(); }

    TextPieces take() override {
        document_.flush();
        return text_.take();
    }

    TextPieces finish() override {
        document_.finish();
        return text_.take();
    }

  private:
    XmlDocument document_;
    std::string name_;
};

// Joins the pieces of an answer that is short by nature.
std::string join(const TextPieces& pieces) {
    std::string text;
    for (const std::string& piece : pieces)
        text += piece;
    return text;
}

// An XML document that is not a list.
class XmlText {
  public:
    explicit XmlText(std::string_view root) : document_(std::string(root), text_) {}
    XmlDocument* operator->() { return &document_; }

    TextPieces finish() {
        document_.finish();
        return text_.take();
    }

  private:
    TextBuilder text_;
    XmlDocument document_;
};

}  // namespace

void ListWriter::record(const FieldList& fields) {
    begin_record();
    for (const Field& each : fields)
        field(each);
    end_record();
}

std::unique_ptr<ListWriter> make_list_writer(Format format, std::string_view plural,
                                             std::string_view singular) {
    switch (format) {
        case Format::xml:
            return std::make_unique<XmlListWriter>(plural, singular);
        case Format::json:
            return std::make_unique<JsonListWriter>(plural);
        case Format::url:
            break;
    }
    return std::make_unique<UrlListWriter>();
}

std::string write_answer(Format format, const FieldList& fields, std::string_view root) {
    if (format == Format::xml) {
        XmlText document(root);
        for (const Field& field : fields)
            document->element(field);
        return join(document.finish());
    }
    const auto writer = make_list_writer(format, root, {});
    writer->record(fields);
    return join(writer->finish());
}

std::string write_problems(Format format, const Problems& problems) {
    if (format == Format::xml) {
        XmlText document(response_root);
        for (const Problem& problem : problems) {
            document->start("error");
            document->attribute("code", std::string(problem.code));
            document->text(message(problem));
            document->end();
        }
        return join(document.finish());
    }
    const auto writer = make_list_writer(format, response_root, {});
    for (const Problem& problem : problems) {
        const std::string text = message(problem);
        writer->record({{"error", text}, {"code", problem.code}, {"variable", problem.variable}});
    }
    return join(writer->finish());
}

TextPieces write_report(Format format, const FieldList& totals, const std::vector<FieldList>& errors) {
    if (format == Format::xml) {
        XmlText document(response_root);
        for (const Field& field : totals)
            document->element(field);
        for (const FieldList& error : errors) {
            document->start(std::string(error.back().name));
            for (const Field& field : std::span(error).first(error.size() - 1))
                document->attribute(std::string(field.name), std::string(field.value));
            document->text(error.back().value);
            document->end();
        }
        return document.finish();
    }
    if (format == Format::url) {
        UrlListWriter writer;
        writer.record(totals);
        for (const FieldList& error : errors)
            writer.record(error);
        return writer.finish();
    }
    const auto object = [](const FieldList& fields) {
        Json result = json::object();
        for (const Field& field : fields)
            json::set(result, field.name, json::string(field.value));
        return result;
    };
    Json list = json::array(object(totals));
    for (const FieldList& error : errors)
        json::append(list, object(error));
    return {dump(json::object(json::Member{response_root, std::move(list)}), JSON_COMPACT)};
}

}  // namespace helpdesk
