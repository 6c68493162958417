// What the viewer takes for granted and the oldest browsers that we serve lack.
if (!Object.hasOwn) Object.hasOwn = (object, key) => Object.hasOwn(object, key);
