"""A made-up class for the exercise FullyConnectedNets."""

from autograder.course.museum.student import Student
from autograder.exercises.fully_connected_nets.files import DENSE_PATH as DENSE
from autograder.exercises.fully_connected_nets.files import LOSSES_PATH as LOSSES
from autograder.exercises.fully_connected_nets.files import NET_PATH as NET
from autograder.exercises.fully_connected_nets.files import OPTIM_PATH as OPTIM

CLASS = (
    Student("ada", "everything is right", 100, archive="zip", notebook=True),
    Student(
        "ben", "the nets are still to be written", 62, stubs=(NET,), nested="assignment2/cs231n"
    ),
    Student(
        "chloe",
        "forgets that dx has the shape of x",
        56,
        edits=((DENSE, "dx = (dout @ w.T).reshape(x.shape)", "dx = dout @ w.T"),),
        stubs=(NET,),
    ),
    Student(
        "dmitri",
        "takes 1 off in the columns of all labels, and sums the hinge loss",
        51,
        edits=(
            (
                LOSSES,
                "    dx = np.exp(log_p)\n    dx[rows, y] -= 1",
                "    dx = np.exp(log_p)\n    dx[:, y] -= 1",
            ),
            (LOSSES, "loss = margins.sum() / N", "loss = margins.sum()"),
        ),
        stubs=(NET,),
    ),
    Student(
        "elif",
        "does not correct Adam's means, and keeps no velocity",
        50,
        edits=(
            (OPTIM, "m_hat = m / (1 - beta1**t)", "m_hat = m"),
            (OPTIM, '    config["velocity"] = velocity\n', ""),
        ),
        stubs=(NET,),
    ),
    Student("farah", "has handed in the skeleton as it was", 0, stubs=(DENSE, LOSSES, NET, OPTIM)),
    Student(
        "goro",
        "never comes to an end in one function",
        52,
        edits=(
            (
                LOSSES,
                "    log_p = shifted - log_sum",
                "    while N:\n        pass\n    log_p = shifted - log_sum",
            ),
        ),
        stubs=(NET,),
    ),
    Student(
        "hana",
        "has handed in something else altogether",
        0,
        stubs=("nothing",),
        extra={"essay.txt": "The history of the perceptron.\n"},
    ),
)
