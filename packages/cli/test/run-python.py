"""Imports an exported network.py with a stub of torch, and prints the names of its inputs and outputs and the types of
its top-level statements. Fails if train.py is not valid Python. If the export contained injected code, the import would
run it."""
import ast
import json
import sys
import types


class Anything(type):
    """A metaclass: every attribute of its classes is the class Nothing; calling a class returns the class itself."""

    def __getattr__(cls, name):
        return Nothing

    def __call__(cls, *given, **named):
        return cls


class Nothing(metaclass=Anything):
    pass


class Torch(types.ModuleType):
    def __getattr__(self, name):
        return Nothing


for name in ("torch", "torch.nn", "torch.nn.functional"):
    sys.modules[name] = Torch(name)

directory = sys.argv[1]
source = open(f"{directory}/network.py", encoding="utf-8").read()
kinds = sorted({type(statement).__name__ for statement in ast.parse(source).body})
ast.parse(open(f"{directory}/train.py", encoding="utf-8").read())
sys.path.insert(0, directory)
import network

print(json.dumps({"inputs": network.Network.input_names, "outputs": network.Network.output_names, "kinds": kinds}))
