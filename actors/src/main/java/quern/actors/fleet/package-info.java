/**
 * Several models in one process: which are there, which are loaded, who uses them, who goes when another needs the
 * room. Open ModelFleet first: its actor owns every state; ModelBudget decides, FleetBoard is what others read. The
 * router, jobs and routes use it; the model that is served from the start is the guardian's, and only counted here.
 */
package quern.actors.fleet;
