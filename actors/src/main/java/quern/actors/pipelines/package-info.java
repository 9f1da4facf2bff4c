/**
 * Standing pipelines: what arrives is curated, enough of it tunes, what passes its gate is published. The stages ask
 * for work from the end: each tells the one before it that it has room, and gets one thing for that.
 */
package quern.actors.pipelines;
