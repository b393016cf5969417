/**
 * Writes the entries of changelogs for `changeset version`. For updated dependencies, the default generator writes one
 * line per changeset and one per package, up to thirty lines. This generator writes a single line for them.
 */
const { default: standard } = require('@changesets/cli/changelog');

module.exports = {
  getReleaseLine: standard.getReleaseLine,
  async getDependencyReleaseLine(_changesets, dependencies) {
    if (dependencies.length === 0) return '';
    return `- Updated dependencies: ${dependencies.map(({ name, newVersion }) => `${name}@${newVersion}`).join(', ')}`;
  },
};
