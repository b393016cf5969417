export { library as default } from '../../tsup.config.base.ts';
