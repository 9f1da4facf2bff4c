/**
 * Whole-appliance tests over loopback, the simulation, and the rules of the house. Open HouseRulesTest for the shape of
 * the code and README.md beside this module for what runs when. Nothing depends on this package.
 */
package quern.system;
