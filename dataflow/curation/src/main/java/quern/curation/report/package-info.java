/**
 * What a run tells about itself beyond counts: histograms of what filters measured, examples around their thresholds,
 * lengths and languages, duplicate clusters, and the page that shows it. Open {@link quern.curation.report.Measured}
 * first, then {@link quern.curation.report.ReportPage}. The run fills it, actors and appliance only read files. A part
 * belongs to the thread that works on its batch; totals to the one that writes.
 */
package quern.curation.report;
