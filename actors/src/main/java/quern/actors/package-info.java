/**
 * The actor system: supervision, serving, ingest, curation, tuning and jobs. Open Guardian first. The only
 * place below the appliance that knows Pekko; every behaviour owns its state.
 */
package quern.actors;
