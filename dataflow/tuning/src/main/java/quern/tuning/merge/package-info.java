/**
 * One adapter of several: their updates weighted and added, some of it dropped before, cut down to a rank behind it.
 * Open MergeRun for how one is made and judged, AdapterSoup for the sum. Plain code for one thread.
 */
package quern.tuning.merge;
