/**
 * Writes the entries of changelogs for `changeset version`. The default generator writes one line per changeset and
 * one per package for updated dependencies, up to thirty lines; this one writes a single line.
 */
const { default: standard } = require('@changesets/cli/changelog');

module.exports = {
  getReleaseLine: standard.getReleaseLine,
  async getDependencyReleaseLine(_changesets, dependencies) {
    if (dependencies.length === 0) return '';
    return `- Updated dependencies: ${dependencies.map(({ name, newVersion }) => `${name}@${newVersion}`).join(', ')}`;
  },
};
