/** The Python code of `train.py`, which is the same for every network. */

export const trainSource = String.raw`"""Trains the network of network.py, in one or several processes, on one or several machines.

    torchrun --nproc_per_node=4 train.py --data data.csv --loss mse --epochs 20

torchrun sets the environment variables RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT. If you start the processes in another
way, set them yourself. Without WORLD_SIZE, a single process trains. The data is a CSV file of numbers with one row per sample,
inputs before targets, with or without a header line; or a .pt file with the tensors "inputs" and "targets". For a network with
delays, the shapes of these tensors are [sequences, steps, inputs] and [sequences, steps, outputs], with nan where a step has no
target; a CSV file contains a single sequence, with one row per step. Each process trains on a part of the samples, and
gradients are averaged over all processes. The first process writes the trained weights to OUT.safetensors, for fromPyTorch in
@nnbp/interop, and to OUT.pt, for torch.load.
"""

import argparse
import csv
import os

import torch
import torch.distributed as distributed
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from network import Network, write_safetensors

# Each loss compares standardized outputs and targets. The result is the mean over the samples.
LOSSES = {
    "mse": functional.mse_loss,
    "mae": functional.l1_loss,
    "huber": functional.huber_loss,
    "cross-entropy": functional.cross_entropy,
    "binary-cross-entropy": functional.binary_cross_entropy_with_logits,
}

OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a .csv or .pt file")
    parser.add_argument("--weights", default="weights.safetensors", help="the initial weights")
    parser.add_argument("--out", default="trained", help="the files to write, without extension")
    parser.add_argument("--loss", choices=LOSSES, default="mse")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="adam")
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64, help="samples per step, over all processes")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def read(path, inputs, outputs, dtype):
    if path.endswith(".pt"):
        data = torch.load(path, map_location="cpu")
        x, t = data["inputs"].to(dtype), data["targets"].to(dtype)
    else:
        with open(path, newline="") as file:
            lines = [line for line in csv.reader(file) if line]
        rows = torch.tensor([[float(cell) for cell in line] for line in lines[header_lines(lines) :]], dtype=dtype)
        if rows.dim() != 2 or rows.shape[1] != inputs + outputs:
            raise SystemExit(f"{path}: expected {inputs} + {outputs} columns, received {rows.shape[-1]}.")
        x, t = rows[:, :inputs], rows[:, inputs:]
        if Network.has_state:
            x, t = x.unsqueeze(0), t.unsqueeze(0)
    axes = x.shape[:2] if Network.has_state else x.shape[:1]
    if x.shape != (*axes, inputs) or t.shape != (*axes, outputs):
        received = f"shapes {list(x.shape)} and {list(t.shape)}"
        raise SystemExit(f"{path}: expected {inputs} inputs and {outputs} targets per sample, received {received}.")
    return x, t


def with_targets(outputs, t):
    """Selects the rows with a target. In sequences, some steps may have none."""
    if not Network.has_state:
        return outputs, t
    outputs, t = outputs.flatten(0, 1), t.flatten(0, 1)
    known = ~t.isnan().any(1)
    return outputs[known], t[known]


def header_lines(lines):
    """Returns the number of header lines: 1 if the first line has cells that are not numbers, else 0."""
    try:
        [float(cell) for cell in lines[0]]
        return 0
    except (IndexError, ValueError):
        return 1


def main():
    arguments = options()
    processes = int(os.environ.get("WORLD_SIZE", 1))
    rank = int(os.environ.get("RANK", 0))
    on_gpu = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if on_gpu else torch.device("cpu")
    if on_gpu:
        torch.cuda.set_device(device)
    if processes > 1:
        distributed.init_process_group("nccl" if on_gpu else "gloo")

    state = train(arguments, processes, rank, device)
    if rank == 0:
        write_safetensors(arguments.out + ".safetensors", state)
        torch.save(state, arguments.out + ".pt")
    if processes > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def train(arguments, processes, rank, device):
    """Returns the state dict of the trained network.

    A separate function, so that the model is freed before the process group is destroyed. Otherwise, freeing the model joins
    the threads of gloo while holding the GIL. If one of these threads must take the GIL before it can free a tensor, the process
    never exits (seen with PyTorch 1.13, in one of twenty runs).
    """
    dtype = getattr(torch, arguments.dtype)
    torch.manual_seed(arguments.seed)
    network = Network(dtype).to(device)
    network.load(arguments.weights)
    samples = TensorDataset(*read(arguments.data, network.inputs, network.outputs, dtype))
    share = DistributedSampler(samples, processes, rank, seed=arguments.seed)
    loader = DataLoader(samples, max(1, arguments.batch_size // processes), sampler=share)

    model = network
    if processes > 1:
        model = DistributedDataParallel(network, find_unused_parameters=network.has_unread_nodes)
    optimizer = OPTIMIZERS[arguments.optimizer](network.parameters(), lr=arguments.learning_rate)
    loss_of = LOSSES[arguments.loss]

    for epoch in range(arguments.epochs):
        share.set_epoch(epoch)
        total = torch.zeros(2, dtype=torch.float64, device=device)
        for x, t in loader:
            x, t = x.to(device), network.standardize(t.to(device))
            optimizer.zero_grad()
            outputs, t = with_targets(model(x, raw=True), t)
            loss = loss_of(outputs, t)
            loss.backward()
            optimizer.step()
            total += torch.tensor([loss.item() * len(t), len(t)], dtype=torch.float64, device=device)
        if processes > 1:
            distributed.all_reduce(total)
        if rank == 0:
            print(f"epoch {epoch + 1}: loss {(total[0] / total[1]).item():.6g}", flush=True)
    return {name: tensor.cpu() for name, tensor in network.state_dict().items()}


if __name__ == "__main__":
    main()
`;
