# The catalogue: its state, snapshots and lane. Included by core/CMakeLists.txt.
target_sources(osbill_core PRIVATE
    book.c book_kinds.c book_table.c
    catalogue_item.c catalogue_price.c catalogue_template.c catalogue_view.c catalogue_view_modules.c
    change_check.c change_reasons.c change_sets.c change_switches.c change_view.c changes.c
    lane.c lane_tables.c lane_valid.c lane_work.c
    links.c name_index.c record_compare.c record_copy.c scan_holds.c scans.c sightings.c
    snapshot.c snapshot_offers.c snapshot_templates.c sort.c switches.c)
