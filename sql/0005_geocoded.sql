-- Which customers have coordinates: 1, or 0 where there is an address alone, or NULL where there is neither; so that
-- those whose address is still to be looked up are found through an index, however many others there are.
-- One statement, so that it happens whole or not at all.
-- There if: EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customers' AND COLUMN_NAME = 'geocoded')

ALTER TABLE customers
    ADD COLUMN geocoded TINYINT GENERATED ALWAYS AS (
        CASE WHEN latitude IS NOT NULL THEN 1
             WHEN LENGTH(address) + LENGTH(city) + LENGTH(state) + LENGTH(zip) + LENGTH(country) > 0 THEN 0 END) STORED,
    ADD KEY customers_geocoded (geocoded),
    ALGORITHM = COPY;
