// Values of many bytes, which are read apart from other records and in pieces.
#include "db/list_test.h"

namespace helpdesk::db {
namespace {

const Parameter left_out = nullptr;

class LongValue : public ListTest {
  protected:
    // A page whose body has so many bytes. It is NULL where the statement leaves it out.
    static Row page(std::uint64_t bytes, const Parameter& body, std::uint64_t version = 1) {
        Row row = db::page(5, "a");
        row[3] = body;
        row[6] = version;
        row[7] = bytes;
        return row;
    }
    Expected& expect_record() { return connection.expect(at_once(" WHERE record.`id` IN (?)"), {5U, 1001U}); }
    Expected& expect_again() {
        return connection.expect("SELECT " + page_columns + " FROM `pages` AS record WHERE record.id IN (?)",
                                 {5U});
    }
    Expected& expect_alone() {
        std::string columns = page_columns;
        columns.replace(columns.find("65536"), 5, "262144");
        return connection.expect("SELECT " + columns + " FROM `pages` AS record WHERE record.id = ?", {5U});
    }
    // The piece that begins at a byte, which SQL counts from 1.
    Expected& expect_piece(std::uint64_t begin, std::uint64_t version = 1) {
        return connection.expect(
            "SELECT SUBSTRING(CAST(record.`body` AS BINARY), ?, ?) FROM `pages` AS record WHERE "
            "record.id = ? AND record.version = ?",
            {begin, std::uint64_t{page_bytes}, 5U, version});
    }
    void expect_long(std::uint64_t bytes) {
        expect_record().row(page(bytes, left_out));
        expect_again().row(page(bytes, left_out));
    }
    const Selection selection_ = selected("id=5");
};

TEST_F(LongValue, IsReadWithItsRecordAloneIfItFitsAPage) {
    const std::string body(longest_in_group + 1, 'x');
    expect_long(body.size());
    expect_alone().row(page(body.size(), body));
    EXPECT_EQ(list(selection_), "5:a");
    EXPECT_TRUE(position.done());
}

TEST_F(LongValue, IsReadInPiecesOfAPage) {
    const std::uint64_t bytes = 2 * page_bytes + 3;
    expect_long(bytes);
    expect_alone().row(page(bytes, left_out));
    expect_piece(1).row({std::string(page_bytes, 'x')});
    EXPECT_EQ(list(selection_), "5:a[262144]");
    EXPECT_FALSE(position.done());
    expect_piece(page_bytes + 1).row({std::string(page_bytes, 'y')});
    EXPECT_EQ(list(selection_), "[262144]");
    expect_piece(2 * page_bytes + 1).row({"end"});
    EXPECT_EQ(list(selection_), "[3 last]");
    EXPECT_TRUE(position.done());
}

TEST_F(LongValue, IsCutBetweenCharacters) {
    const std::uint64_t bytes = page_bytes + 1;
    expect_long(bytes);
    expect_alone().row(page(bytes, left_out));
    // The last character has two bytes, of which the page has one.
    expect_piece(1).row({std::string(page_bytes - 1, 'x') + "\xc3"});
    expect_piece(page_bytes).row({"\xc3\xa4"});
    EXPECT_EQ(list(selection_), "5:a[262143][2 last]");
    EXPECT_TRUE(position.done());
}

TEST_F(LongValue, ThatChangesBeforeItsFirstPieceIsReadAgain) {
    const std::uint64_t bytes = page_bytes + 1;
    expect_long(bytes);
    expect_alone().row(page(bytes, left_out));
    expect_piece(1);
    expect_alone().row(page(5, "short", 2));
    EXPECT_EQ(list(selection_), "5:a");
}

TEST_F(LongValue, ThatChangesBetweenItsPiecesEndsTheList) {
    const std::uint64_t bytes = page_bytes + 1;
    expect_long(bytes);
    expect_alone().row(page(bytes, left_out));
    expect_piece(1).row({std::string(page_bytes, 'x')});
    EXPECT_EQ(list(selection_), "5:a[262144]");
    expect_piece(page_bytes + 1);
    EXPECT_EQ(list(selection_), "overloaded");
}

TEST_F(LongValue, OfARecordThatIsDeletedInTheMeantimeIsLeftOut) {
    expect_long(page_bytes);
    expect_alone();
    EXPECT_EQ(list(selection_), "");
    EXPECT_TRUE(position.done());
}

TEST_F(LongValue, GoesOnAfterALostConnection) {
    const std::uint64_t bytes = page_bytes + 1;
    expect_long(bytes);
    expect_alone().row(page(bytes, left_out));
    expect_piece(1).row({std::string(page_bytes, 'x')});
    EXPECT_EQ(list(selection_), "5:a[262144]");
    expect_piece(page_bytes + 1).fails(2013);
    expect_piece(page_bytes + 1).row({"y"});
    EXPECT_EQ(list(selection_), "[1 last]");
}

}  // namespace
}  // namespace helpdesk::db
